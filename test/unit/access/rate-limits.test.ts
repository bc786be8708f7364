import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimits } from '../../../src/access/rate-limits.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('each key has turns of its own, and gets back what it did not need', () => {
  const clock = new ManualClock();
  const limits = new RateLimits({ burst: 2, everyMs: 1000 }, clock);
  for (const key of ['a', 'b']) {
    assert.equal(limits.take(key), 0);
    assert.equal(limits.take(key), 0);
    assert.equal(limits.waitMs(key), 1000);
    assert.equal(limits.used(key), 2);
  }
  limits.giveBack('a');
  assert.equal(limits.take('a'), 0);
  assert.equal(limits.take('b'), 1000);
  clock.advance(2000);
  limits.giveBack('a');
  assert.equal(limits.used('a'), 0);
  limits.giveBack('unknown');
  assert.equal(limits.used('unknown'), 0);
});
