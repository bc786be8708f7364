import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AttackRun, attackProblems } from '../../soak/attack/attack-verdict.ts';
import { LampWatch } from '../../soak/attack/lamp-watch.ts';
import { lampOf, markedScript } from '../../soak/attack/marked-events.ts';
import { Arrivals } from '../../soak/numbered-events.ts';

const good: AttackRun = {
  life: { died: false, lastWords: '', events: 1000, peakMb: 150, writtenBytes: 10_000 },
  firstStartMs: 400,
  stopMs: 50,
  restartMs: 900,
  counts: { sent: 1000, accepted: 1000, signedIn: 1000, bystander: 900, slack: 1000 },
  quiet: { lamp: [1], subscriber: [1] },
  attacked: { lamp: Array<number>(200).fill(2), subscriber: [900] },
  attackedEvents: 900,
  signedIn: { sessionsLost: 0, cutOffs: 0, refusals: 0, firstRefusal: '' },
  bystanders: { cutOffs: 0, refusals: 3 },
  metricsUnanswered: 2,
  reports: {},
};

describe('the verdict over a soak under attack', () => {
  test('what is promised and kept is no problem', () => {
    assert.deepEqual(attackProblems(good), []);
  });

  test('what died, was lost, was late, or took too much, is', () => {
    const bad: AttackRun = {
      ...good,
      life: { ...good.life, died: true, peakMb: 250 },
      restartMs: undefined,
      counts: { ...good.counts, accepted: 999, signedIn: 900, slack: 998 },
      attacked: { lamp: [...Array<number>(90).fill(30), Number.POSITIVE_INFINITY], subscriber: [] },
      signedIn: { sessionsLost: 1, cutOffs: 2, refusals: 3, firstRefusal: 'no' },
      bystanders: { cutOffs: 1, refusals: 0 },
    };
    assert.deepEqual(attackProblems(bad), [
      'it died after 1000 events',
      '1 events of 91 lit no lamp',
      '1 events were not accepted',
      '99 events never got to the signed-in subscriber',
      '1 events never got to Slack',
      'the signed-in subscriber lost its session 1 times',
      'the signed-in subscriber was cut off 2 times',
      'the signed-in subscriber was refused 3 times (no)',
      'honest clients were cut off 1 times',
      'light p99 is 30.0 ms (allowed: 20)',
      'memory was 250 MB (allowed: 200)',
      'it did not start again',
    ]);
  });

  test('a start may take longer on a machine on which every start does', () => {
    assert.deepEqual(attackProblems({ ...good, restartMs: 1500, firstStartMs: 800 }), []);
    assert.match(attackProblems({ ...good, restartMs: 1500 }).join(), /^it took 1500 ms to start/);
  });
});

test('events of an attack can be told apart, and each user ends', () => {
  const arrivals = new Arrivals(markedScript);
  assert.equal(arrivals.add('Open connection', 'u7'), markedScript.length);
  assert.equal(arrivals.add('Close connection', 'u7'), markedScript.length + 8);
  assert.equal(arrivals.add('Open connection', 'u8'), undefined);
  const ended = markedScript.filter(({ kind }) => kind === 'session-stop');
  assert.equal(new Set(ended.map(({ user }) => user)).size, 7);
});

test('a lamp is late by the time from its event to the line of the log', () => {
  const lamps = new LampWatch();
  const sentAt = Array.from({ length: 16 }, () => performance.now());
  lamps.read('2026-01-01T00:00:00.000Z info    green light on');
  lamps.read('2026-01-01T00:00:00.000Z info    green light off');
  const [green = 0, red] = lamps.delays(sentAt, 0, 16);
  assert.deepEqual([lampOf(0), lampOf(8), lampOf(1)], ['green', 'red', undefined]);
  assert.ok(green >= 0 && green < 700);
  assert.equal(red, Number.POSITIVE_INFINITY);
});
