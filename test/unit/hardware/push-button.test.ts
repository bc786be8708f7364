import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InputPin, Level } from '../../../hardware/pins.ts';
import { holdMs, PushButton, settleMs } from '../../../hardware/push-button.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { systemError } from './fake-root.ts';

/** An input of which a test decides everything. */
class FakeInput implements InputPin {
  level: Level = 1;
  isGone = false;
  isReleased = false;
  edge = () => {};
  fail: (error: unknown) => void = () => {};

  read(): Level {
    if (this.isGone) throw systemError('ENODEV');
    return this.level;
  }

  watch(onEdge: () => void, onFailure: (error: unknown) => void): void {
    this.edge = onEdge;
    this.fail = onFailure;
  }

  release(): void {
    assert.ok(!this.isReleased, 'released twice');
    this.isReleased = true;
  }
}

function pressable(isDownAtStart = false) {
  const pin = new FakeInput();
  if (isDownAtStart) pin.level = 0;
  const clock = new ManualClock();
  const calls: string[] = [];
  const button = new PushButton(pin, {
    clock,
    onPress: () => calls.push('press'),
    onHold: () => calls.push('hold'),
    onFailure: (error) => calls.push(`failure ${String(error)}`),
  });
  const level = (to: Level) => {
    pin.level = to;
    pin.edge();
  };
  return { button, clock, calls, pin, push: () => level(0), release: () => level(1) };
}

test('a short press is reported once, when the button is let go', () => {
  const { clock, calls, push, release } = pressable();
  push();
  clock.advance(200);
  assert.deepEqual(calls, []);
  release();
  clock.advance(settleMs);
  assert.deepEqual(calls, ['press']);
  clock.advance(10_000);
  assert.deepEqual(calls, ['press']);
});

test('contacts that bounce make one press', () => {
  const { clock, calls, push, release } = pressable();
  for (let bounce = 0; bounce < 5; bounce += 1) {
    push();
    clock.advance(3);
    release();
    clock.advance(3);
  }
  push();
  clock.advance(100);
  for (let bounce = 0; bounce < 5; bounce += 1) {
    release();
    clock.advance(3);
    push();
    clock.advance(3);
  }
  release();
  clock.advance(100);
  assert.deepEqual(calls, ['press']);
});

test('a spike shorter than the contacts bounce is no press', () => {
  const { clock, calls, push, release } = pressable();
  push();
  clock.advance(settleMs - 1);
  release();
  clock.advance(10_000);
  assert.deepEqual(calls, []);
});

test('holding is reported after 3 s while still down, and letting go then is no press', () => {
  const { clock, calls, push, release } = pressable();
  push();
  clock.advance(settleMs + holdMs - 1);
  assert.deepEqual(calls, []);
  clock.advance(1);
  assert.deepEqual(calls, ['hold']);
  release();
  clock.advance(100);
  assert.deepEqual(calls, ['hold']);
  assert.equal(holdMs, 3000);
});

test('a loose contact while the button is held does not begin the 3 s again', () => {
  const { clock, calls, push, release } = pressable();
  push();
  clock.advance(2000);
  release();
  clock.advance(5);
  push();
  clock.advance(settleMs + holdMs - 2005);
  assert.deepEqual(calls, ['hold']);
});

test('a press that just misses the 3 s is short', () => {
  const { clock, calls, push, release } = pressable();
  push();
  clock.advance(holdMs - 1);
  release();
  clock.advance(settleMs);
  assert.deepEqual(calls, ['press']);
});

test('a button that is down at the start, having woken the Pi, does nothing until let go', () => {
  const { clock, calls, push, release } = pressable(true);
  clock.advance(60_000);
  release();
  clock.advance(100);
  assert.deepEqual(calls, []);
  push();
  clock.advance(100);
  release();
  clock.advance(100);
  assert.deepEqual(calls, ['press']);
});

test('closing calls everything off and lets go of the pin, once', () => {
  const { button, clock, calls, pin, push } = pressable();
  push();
  clock.advance(100);
  button.close();
  button.close();
  push();
  clock.advance(10_000);
  assert.deepEqual(calls, []);
  assert.equal(clock.pending, 0);
  assert.equal(pin.isReleased, true);
});

test('a pin that can not be read any more is reported once, and let go', () => {
  const { clock, calls, pin, push } = pressable();
  pin.isGone = true;
  push();
  clock.advance(settleMs);
  push();
  pin.fail(systemError('EIO'));
  clock.advance(10_000);
  assert.equal(calls.length, 1);
  assert.match(calls[0] ?? '', /failure .*ENODEV/);
  assert.equal(pin.isReleased, true);
});

test('a failure of the watching itself is reported once, and clears a press that had begun', () => {
  const { clock, calls, pin, push } = pressable();
  push();
  clock.advance(100);
  pin.fail(systemError('EIO'));
  pin.fail(systemError('EIO'));
  clock.advance(10_000);
  assert.equal(calls.length, 1);
  assert.match(calls[0] ?? '', /failure .*EIO/);
  assert.equal(pin.isReleased, true);
});

test('an input that can not be read at first is let go', () => {
  const pin = new FakeInput();
  pin.isGone = true;
  const nothing = () => {};
  const handlers = { clock: new ManualClock(), onPress: nothing, onHold: nothing };
  assert.throws(() => new PushButton(pin, { ...handlers, onFailure: nothing }), /ENODEV/);
  assert.equal(pin.isReleased, true);
});
