import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Health } from '../../../src/health/health.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

describe('Health', () => {
  test('logs a fault once when it begins and once when it ends', () => {
    const clock = new ManualClock();
    const { log, lines } = recordingLog();
    const health = new Health(clock, log);
    const part = health.part('mqtt');
    part.ok('listening');
    for (let time = 0; time < 5; time += 1) {
      part.fault({ message: 'port in use', remedy: 'Change it', needsAttention: true });
      clock.advance(1000);
    }
    assert.deepEqual(
      health.faults().map(({ part: name, since }) => [name, since]),
      [['mqtt', '2026-11-23T12:00:00.000Z']],
    );
    part.ok('listening');
    part.ok('listening');
    assert.deepEqual(lines, [
      'error   mqtt: port in use. Change it',
      'info    mqtt: working again: listening',
    ]);
    assert.deepEqual(health.faults(), []);
  });

  test('shows another remedy for the same fault, and keeps since when', () => {
    const clock = new ManualClock();
    const { log, lines } = recordingLog();
    const part = new Health(clock, log).part('slack');
    part.fault({ message: 'the proxy refuses', remedy: 'Set a password', needsAttention: true });
    const { since } = part.status;
    clock.advance(1000);
    part.fault({ message: 'the proxy refuses', remedy: 'Ask for Basic', needsAttention: true });
    assert.equal(part.status.remedy, 'Ask for Basic');
    assert.equal(part.status.since, since);
    assert.equal(lines.length, 1);
  });

  test('tells of changes, and only of those', () => {
    const health = new Health(new ManualClock(), recordingLog().log);
    let changes = 0;
    health.onChange(() => {
      changes += 1;
    });
    health.part('a').ok();
    health.part('a').ok();
    health.part('a').off('not wanted');
    assert.equal(changes, 2);
  });

  test('messages are one line of bounded length, without a stack trace', () => {
    const { log, lines } = recordingLog();
    const health = new Health(new ManualClock(), log);
    const part = health.part('slack');
    const stack =
      'first\r\nsecond\n    at run (/usr/lib/blinky/main.js:1:2)\n    at node:internal:3';
    for (let time = 0; time < 3; time += 1) {
      part.fault({ message: stack, remedy: 'Do\nthis', needsAttention: false });
    }
    const { message, remedy } = part.status;
    assert.equal(message, 'first second');
    assert.equal(remedy, 'Do this');
    assert.equal(lines.length, 1, 'the same fault is logged once');
    part.ok('x'.repeat(10_000));
    assert.equal(part.status.message.length, 2000);
    assert.match(part.status.message, /x…$/);
  });
});
