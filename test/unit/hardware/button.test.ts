import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { holdMs, openButton, settleMs } from '../../../hardware/button.ts';
import { fakeOnoff } from './fake-onoff.ts';
import { debianSysfs, fakeRoot, pi3, refusal } from './fake-root.ts';

/** A clock that stands still until it is moved. */
class ManualClock {
  #now = 0;
  #tasks: { at: number; task: () => void }[] = [];

  schedule(delayMs: number, task: () => void): () => void {
    const entry = { at: this.#now + delayMs, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = this.#tasks.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#tasks = this.#tasks.filter((other) => other !== next);
      this.#now = next.at;
      next.task();
    }
    this.#now = until;
  }

  get pending(): number {
    return this.#tasks.length;
  }
}

async function pressable(t: TestContext, isDownAtStart = false) {
  const root = fakeRoot(t, { ...pi3, sysfsChips: debianSysfs });
  const onoff = fakeOnoff(root);
  const clock = new ManualClock();
  const told: string[] = [];
  const Gpio = isDownAtStart
    ? class extends onoff.Gpio {
        constructor(...args: ConstructorParameters<typeof onoff.Gpio>) {
          super(...args);
          const pin = onoff.pins.get(515);
          if (pin) pin.level = 0;
        }
      }
    : onoff.Gpio;
  const button = await openButton({
    root,
    load: async () => ({ Gpio }),
    pin: 3,
    clock,
    onPress: () => told.push('press'),
    onHold: () => told.push('hold'),
    onFailure: (error) => told.push(`failure ${String(error)}`),
  });
  const pin = onoff.pins.get(515);
  assert.ok(pin);
  const level = (to: 0 | 1) => {
    pin.level = to;
    pin.interrupt();
  };
  return {
    button,
    clock,
    told,
    pin,
    calls: onoff.calls,
    push: () => level(0),
    release: () => level(1),
  };
}

test('the pin becomes an input with interrupts on both edges', async (t) => {
  const { calls } = await pressable(t);
  assert.deepEqual(calls, ['new 515 in both activeLow=false']);
});

test('a short press is told once, when the button is let go', async (t) => {
  const { clock, told, push, release } = await pressable(t);
  push();
  clock.advance(200);
  assert.deepEqual(told, []);
  release();
  clock.advance(settleMs);
  assert.deepEqual(told, ['press']);
  clock.advance(10_000);
  assert.deepEqual(told, ['press']);
});

test('contacts that bounce make one press', async (t) => {
  const { clock, told, push, release } = await pressable(t);
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
  assert.deepEqual(told, ['press']);
});

test('a spike shorter than the contacts bounce is no press', async (t) => {
  const { clock, told, push, release } = await pressable(t);
  push();
  clock.advance(settleMs - 1);
  release();
  clock.advance(10_000);
  assert.deepEqual(told, []);
});

test('holding is told after 3 s while still down, and letting go then is no press', async (t) => {
  const { clock, told, push, release } = await pressable(t);
  push();
  clock.advance(settleMs + holdMs - 1);
  assert.deepEqual(told, []);
  clock.advance(1);
  assert.deepEqual(told, ['hold']);
  release();
  clock.advance(100);
  assert.deepEqual(told, ['hold']);
  assert.equal(holdMs, 3000);
});

test('a loose contact while the button is held does not begin the 3 s anew', async (t) => {
  const { clock, told, push, release } = await pressable(t);
  push();
  clock.advance(2000);
  release();
  clock.advance(5);
  push();
  clock.advance(settleMs + holdMs - 2005);
  assert.deepEqual(told, ['hold']);
});

test('a press that just misses the 3 s is short', async (t) => {
  const { clock, told, push, release } = await pressable(t);
  push();
  clock.advance(holdMs - 1);
  release();
  clock.advance(settleMs);
  assert.deepEqual(told, ['press']);
});

test('a button that is down at the start, having woken the Pi, does nothing until let go', async (t) => {
  const { clock, told, push, release } = await pressable(t, true);
  clock.advance(60_000);
  release();
  clock.advance(100);
  assert.deepEqual(told, []);
  push();
  clock.advance(100);
  release();
  clock.advance(100);
  assert.deepEqual(told, ['press']);
});

test('closing calls everything off and lets go of the pin, once', async (t) => {
  const { button, clock, told, push, calls } = await pressable(t);
  push();
  clock.advance(100);
  button.close();
  button.close();
  push();
  clock.advance(10_000);
  assert.deepEqual(told, []);
  assert.equal(clock.pending, 0);
  assert.equal(calls.filter((call) => call === 'unexport 515').length, 1);
});

test('a pin that can not be read any more is told once, and throws into nobody’s callback', async (t) => {
  const { clock, told, pin, calls } = await pressable(t);
  pin.gone = true;
  pin.interrupt();
  pin.interrupt();
  clock.advance(10_000);
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /failure .*ENODEV/);
  assert.equal(calls.at(-1), 'unexport 515');
});

test('where onoff can not be used the refusal says so', async (t) => {
  const nothing = () => {};
  await assert.rejects(
    openButton({
      root: fakeRoot(t, pi3),
      pin: 3,
      clock: new ManualClock(),
      onPress: nothing,
      onHold: nothing,
      onFailure: nothing,
    }),
    refusal(/offers no \/sys\/class\/gpio\/export/, /./),
  );
});
