import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Sink } from '../../../src/fan-out/sink.ts';
import { SinkRunner } from '../../../src/fan-out/sink-runner.ts';
import { Health } from '../../../src/health/health.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

const sinkThatThrows = (error: Error): Sink => ({
  name: 'web',
  start: async () => {
    throw error;
  },
  accept: () => {},
  stop: async () => {},
});

describe('a sink that fails to start', () => {
  test('is reported in one line, and its stack is in the log only', async () => {
    const { log, lines } = recordingLog();
    const health = new Health(new ManualClock(), log);
    const error = new Error(
      "Cannot find module '/usr/lib/blinky/server.js' imported from file:///usr/lib/blinky/main.js",
    );
    await new SinkRunner([sinkThatThrows(error)], health, log).start();
    const [fault] = health.faults();
    assert.equal(fault?.message, "did not start: Cannot find module '…' imported from …");
    const logged = lines.filter((line) => /sink-runner\.test/.test(line));
    assert.equal(logged.length, 1, lines.join('\n'));
    assert.match(logged[0] ?? '', /error +web: did not start: .* at /);
  });
});
