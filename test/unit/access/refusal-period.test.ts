import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusalPeriod } from '../../../src/access/refusal-period.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

test('refusals are logged when they start and when they have stopped, with their number', () => {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const period = new RefusalPeriod({
    began: (who) => `refused: ${who}`,
    ended: (count) => `no longer refused: ${count}`,
    clock,
    log,
  });
  for (let time = 0; time < 100; time += 1) {
    period.refused(`10.0.0.${time}`);
    clock.advance(1000);
    assert.equal(clock.pending, 1);
  }
  assert.deepEqual(lines, ['warn    refused: 10.0.0.0']);
  clock.advance(60_000);
  assert.deepEqual(lines.slice(1), ['info    no longer refused: 100']);
  assert.equal(clock.pending, 0);

  period.refused('10.0.0.7');
  assert.equal(lines[2], 'warn    refused: 10.0.0.7');
  period.stop();
  assert.equal(clock.pending, 0);
});
