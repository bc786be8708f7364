import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Colour, colours, type Lamp } from '../../../hardware/lamp.ts';
import { Health } from '../../../src/health/health.ts';
import { LightsSink, type LightsSinkOptions } from '../../../src/lights/lights-sink.ts';
import { recordOf } from '../../../src/platform/record-of.ts';
import { RetryPauses } from '../../../src/platform/retry-pauses.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

function create(options: Partial<LightsSinkOptions> = {}) {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const health = new Health(clock, log);
  const changes: string[] = [];
  const lamp = (colour: Colour): Lamp => ({
    set: (on) => changes.push(`${clock.monotonicMs()} ${colour} ${on ? 'on' : 'off'}`),
    close: () => changes.push(`${clock.monotonicMs()} ${colour} closed`),
  });
  const sink = new LightsSink({
    blink: { onMs: 250, offMs: 100, maxBacklogMs: 3000 },
    lightFor: {
      'session-start': 'none',
      'session-stop': 'none',
      'connection-open': 'green',
      'connection-close': 'red',
    },
    openLamps: async () => ({
      lamps: recordOf(colours, lamp),
      description: 'test lamps',
    }),
    onChange: () => {},
    clock,
    log,
    health: health.part('lights'),
    retry: new RetryPauses(1000, 60_000, () => 0.999),
    ...options,
  });
  const since = (from: number) => changes.slice(from);
  return { sink, clock, changes, since, health, lines };
}

describe('LightsSink', () => {
  test('tests the lamps after the start: green, then red', async () => {
    const { sink, clock, changes } = create();
    await sink.start();
    clock.advance(5000);
    assert.deepEqual(changes, ['0 green on', '250 green off', '350 red on', '600 red off']);
  });

  test('lights are independent: both can be lit together', async () => {
    const { sink, clock, changes, since } = create();
    await sink.start();
    clock.advance(5000);
    const before = changes.length;
    sink.accept({ id: '1', kind: 'connection-open' });
    clock.advance(100);
    sink.accept({ id: '1', kind: 'connection-close' });
    sink.accept({ id: '1', kind: 'session-start' });
    clock.advance(1000);
    assert.deepEqual(since(before), [
      '5000 green on',
      '5100 red on',
      '5250 green off',
      '5350 red off',
    ]);
  });

  test('the heartbeat winks green, not while there is a fault', async () => {
    const { sink, clock, changes, since } = create({ heartbeatMs: 10_000 });
    await sink.start();
    clock.advance(9999);
    const before = changes.length;
    clock.advance(1000);
    assert.deepEqual(since(before), ['10000 green on', '10030 green off']);
    sink.showFault(2);
    clock.advance(20_000);
    assert.ok(!since(before + 2).some((change) => change.includes('green')));
    sink.showFault(0);
    clock.advance(10_000);
    assert.ok(since(before + 2).some((change) => change.includes('green on')));
  });

  test('a fault shows as so many slow red flashes, a pause, and again', async () => {
    const { sink, clock, changes, since } = create();
    await sink.start();
    clock.advance(10_000);
    const before = changes.length;
    sink.showFault(2);
    clock.advance(8000);
    assert.deepEqual(since(before), [
      '10000 red on',
      '10600 red off',
      '11200 red on',
      '11800 red off',
      '14800 red on',
      '15400 red off',
      '16000 red on',
      '16600 red off',
    ]);
    sink.showFault(0);
    clock.advance(60_000);
    assert.equal(since(before).length, 8);
  });

  test('events come before the fault code', async () => {
    const { sink, clock, changes, since } = create();
    await sink.start();
    clock.advance(10_000);
    sink.showFault(3);
    clock.advance(700);
    const before = changes.length;
    sink.accept({ id: '1', kind: 'connection-close' });
    clock.advance(250);
    assert.deepEqual(since(before), ['10700 red on', '10950 red off']);
  });

  test('goDark: dark at once, lamps closed, nothing comes after', async () => {
    const { sink, clock, changes, since } = create({ heartbeatMs: 1000 });
    await sink.start();
    clock.advance(5000);
    for (let index = 0; index < 5; index += 1) sink.accept({ id: '1', kind: 'connection-open' });
    sink.showFault(2);
    const before = changes.length;
    sink.goDark();
    sink.goDark();
    clock.advance(60_000);
    assert.deepEqual(
      since(before).map((change) => change.replace(/^\d+ /, '')),
      ['green off', 'red off', 'green closed', 'red closed'],
    );
    assert.equal(clock.pending, 0);
  });

  test('goDark: a lamp that refuses then keeps no other lit, and is no fault', async () => {
    const changes: string[] = [];
    let refuses = false;
    const lamp = (colour: Colour): Lamp => ({
      set: (on) => {
        changes.push(`${colour} ${on ? 'on' : 'off'}`);
        if (refuses && colour === 'green') throw new Error('EIO');
      },
      close: () => changes.push(`${colour} closed`),
    });
    const openLamps = async () => ({ lamps: recordOf(colours, lamp), description: 'test lamps' });
    const { sink, clock, lines } = create({ openLamps });
    await sink.start();
    clock.advance(5000);
    for (const colour of colours) sink.testBlink(colour);
    changes.length = 0;
    refuses = true;
    sink.goDark();
    assert.deepEqual(changes, ['green off', 'red off', 'green closed', 'red closed']);
    assert.deepEqual(lines, []);
    assert.equal(clock.pending, 0);
  });

  test('a bug in a driver is logged with its stack; a lamp that is away is not', async () => {
    const failing = async (error: Error) => {
      const { sink, lines, health } = create({ openLamps: () => Promise.reject(error) });
      await sink.start();
      assert.equal(health.part('lights').status.message, "can't control the lights: no pin");
      sink.goDark();
      return lines.join('\n');
    };
    assert.match(
      await failing(new TypeError('no pin')),
      /driving the lights failed because of a bug: TypeError: no pin +at .*lights-sink\.test/,
    );
    assert.doesNotMatch(await failing(new Error('no pin')), / at /);
  });

  test('lamps that are not there at first: reported once, tried with growing pauses, lit when found', async () => {
    const tries: number[] = [];
    const changes: string[] = [];
    const { sink, clock, health, lines } = create({
      openLamps: async () => {
        tries.push(clock.monotonicMs());
        if (tries.length < 4) throw new Error('no such chip');
        const lamp = {
          set: (on: boolean) => void changes.push(on ? 'on' : 'off'),
          close: () => {},
        };
        return { lamps: recordOf(colours, () => lamp), description: 'found' };
      },
    });
    await sink.start();
    assert.equal(health.part('lights').status.state, 'fault');
    for (let step = 0; step < 400; step += 1) {
      clock.advance(50);
      await Promise.resolve();
      await Promise.resolve();
    }
    assert.equal(tries.length, 4);
    const gaps = tries.slice(1).map((time, index) => time - (tries[index] ?? 0));
    assert.ok(
      gaps.every((gap, index) => index === 0 || gap > (gaps[index - 1] ?? 0)),
      String(gaps),
    );
    assert.equal(lines.filter((line) => line.includes('no such chip')).length, 1);
    assert.equal(lines.filter((line) => line.includes('working again: found')).length, 1);
    sink.accept({ id: '1', kind: 'connection-open' });
    assert.equal(changes.at(-1), 'on');
  });
});
