import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HomeAssistant } from '../../../src/home-assistant/home-assistant.ts';
import { butlerTopics } from '../../../src/publications/topics.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

function create({ enable = true } = {}) {
  const clock = new ManualClock();
  const repeatedAt: number[] = [];
  const homeAssistant = new HomeAssistant({
    enable,
    discoveryPrefix: 'homeassistant',
    device: {
      version: '1',
      machineName: 'blinky',
      webPort: 80,
      topics: butlerTopics,
      udp: true,
    },
    identity: async () => '0123456789ab',
    statePublisher: {
      publishFor: () => {},
      repeat: () => repeatedAt.push(clock.monotonicMs()),
    },
    namespace: { entries: async () => [], put: async () => {} },
    clock,
    log: recordingLog().log,
  });
  return { clock, homeAssistant, repeatedAt };
}

describe("Home Assistant's birth message", () => {
  test('has the states repeated twice, and then no more', () => {
    const { clock, homeAssistant, repeatedAt } = create();
    clock.advance(100);
    homeAssistant.heardBirth('online');
    clock.advance(100_000);
    assert.deepEqual(repeatedAt, [1100, 10_100]);
    assert.equal(clock.pending, 0);
  });

  test('a flood of them costs one repeat in five seconds, and keeps none back', () => {
    const { clock, homeAssistant, repeatedAt } = create();
    for (let ms = 0; ms < 60_000; ms += 10) {
      for (let one = 0; one < 10; one += 1) homeAssistant.heardBirth('online');
      assert.ok(clock.pending <= 1);
      clock.advance(10);
    }
    assert.deepEqual(
      repeatedAt,
      [1000, 6000, 11_000, 16_000, 21_000, 26_000, 31_000, 36_000, 41_000, 46_000, 51_000, 56_000],
    );
    clock.advance(100_000);
    assert.equal(repeatedAt.length, 14);
    assert.ok((repeatedAt.at(-1) ?? 0) >= 69_000, 'the last one is heard in full');
  });

  test('one that comes while an earlier one is served is served as well', () => {
    const { clock, homeAssistant, repeatedAt } = create();
    homeAssistant.heardBirth('online');
    clock.advance(3000);
    homeAssistant.heardBirth('online');
    clock.advance(60_000);
    assert.deepEqual(repeatedAt, [1000, 6000, 13_000]);
  });

  test('other messages there, and a device that is not announced, change nothing', () => {
    const { clock, homeAssistant, repeatedAt } = create();
    for (const payload of ['offline', '', 'ONLINE', 'online2']) homeAssistant.heardBirth(payload);
    clock.advance(60_000);
    assert.deepEqual(repeatedAt, []);
    const off = create({ enable: false });
    off.homeAssistant.heardBirth('online');
    assert.equal(off.clock.pending, 0);
  });

  test('the end of the program ends the repeats', () => {
    const { clock, homeAssistant, repeatedAt } = create();
    homeAssistant.heardBirth('online');
    homeAssistant.stop();
    clock.advance(60_000);
    assert.deepEqual(repeatedAt, []);
    assert.equal(clock.pending, 0);
  });
});
