import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseMetrics } from '../../soak/appliance.ts';
import { Arrivals } from '../../soak/numbered-events.ts';
import { readOptions } from '../../soak/options.ts';
import { memorySlope, problemsOf, type Run, type Sample } from '../../soak/verdict.ts';

/** A run of an hour, a sample each minute, whose memory is what `memoryAt` says. */
const hour = (memoryAt: (minute: number) => number): Sample[] =>
  Array.from({ length: 61 }, (_, minute) => ({
    atMs: minute * 60_000,
    memoryMb: memoryAt(minute),
    openFiles: 30,
    delayP50Ms: 0.1,
    delayP99Ms: 1,
  }));

const good: Run = {
  samples: hour((minute) => 100 + (minute % 7)),
  events: { sent: 1000, accepted: 990, subscriber: 990, slack: 990 },
  openFiles: { before: 30, after: 35 },
  crowd: { clients: 1000, accepted: 1000, sessions: 1000, startMs: 500 },
};

describe('the verdict over a soak', () => {
  test('nothing lost and nothing grown is no problem, nor is what UDP lost', () => {
    assert.deepEqual(problemsOf(good), []);
  });

  test('the slope is that of the line through the peaks', () => {
    assert.equal(Math.round(memorySlope(hour((minute) => 100 + minute * 0.5))), 30);
    assert.equal(memorySlope([]), 0);
    // A saw: ten minutes up, and down at once.
    const saw = memorySlope(hour((minute) => 100 + 3 * (minute % 10)));
    assert.ok(Math.abs(saw) < 5, `${saw} MB an hour`);
  });

  test('growth after the warm-up is a problem, before it is not', () => {
    const grown = { ...good, samples: hour((minute) => 100 + minute) };
    assert.match(problemsOf(grown).join(), /^memory grows by 60\.0 MB an hour/);
    const warmed = { ...good, samples: hour((minute) => 100 + 5 * Math.min(minute, 20)) };
    assert.deepEqual(problemsOf(warmed), []);
  });

  test('a run of less than half an hour says nothing of memory', () => {
    const short = { ...good, samples: hour((minute) => 100 + minute).slice(0, 5) };
    assert.deepEqual(problemsOf(short), []);
  });

  test('what was lost, and files that stay open, are problems', () => {
    const lost = { ...good, events: { ...good.events, subscriber: 989, slack: 980 } };
    assert.deepEqual(problemsOf(lost), [
      '1 events never got to MQTT',
      '10 events never got to Slack',
    ]);
    const leaking = { ...good, openFiles: { before: 30, after: 100 } };
    assert.match(problemsOf(leaking).join(), /^70 files more are open than before/);
  });
});

test('clients of a crowd who are not let in, or lost their session, are problems', () => {
  const crowd = { ...good.crowd, accepted: 999, sessions: 200 };
  assert.deepEqual(problemsOf({ ...good, crowd }), [
    '1 clients of a crowd were not let in',
    '799 clients of a crowd lost their session',
  ]);
});

test('arrivals count each numbered event once, and the repeated ones', () => {
  const arrivals = new Arrivals();
  arrivals.add('Start session', 'u1');
  arrivals.add('Stop session', 'u1');
  arrivals.add('Start session', 'u1');
  arrivals.add('Start session', 'goran');
  assert.deepEqual([arrivals.count, arrivals.repeated], [2, 1]);
});

test('metrics are read by name and labels', () => {
  const metrics = parseMetrics('# HELP a b\n# TYPE a gauge\na 1\nb_total{kind="c d"} 2.5e+3\n');
  assert.deepEqual(
    [...metrics],
    [
      ['a', 1],
      ['b_total{kind="c d"}', 2500],
    ],
  );
});

test('options out of range are refused with what is allowed', () => {
  assert.throws(
    () => readOptions(['--minutes', '0']),
    /^Error: --minutes takes a number from 0\.05/,
  );
  assert.throws(() => readOptions(['--rate', 'fast']), /not "fast"/);
  assert.equal(readOptions([]).minutes, 60);
  assert.throws(() => readOptions(['--attack', '--only', 'rain']), /not "rain"/);
  assert.throws(() => readOptions(['--only', 'ping']), /--only goes with --attack/);
  const { minutes, rate, attacks } = readOptions(['--attack', '--only', 'ping,places']);
  assert.deepEqual([minutes, rate, attacks], [10, 20, ['ping', 'places']]);
});
