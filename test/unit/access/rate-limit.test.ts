import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimit } from '../../../src/access/rate-limit.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('a burst is allowed, then one per interval, and never more than a burst is saved up', () => {
  const clock = new ManualClock();
  const limit = new RateLimit({ burst: 3, everyMs: 2000 }, clock);
  const takeAll = () => {
    let taken = 0;
    while (limit.take() === 0) taken += 1;
    return taken;
  };
  assert.equal(takeAll(), 3);
  assert.equal(limit.take(), 2000);
  clock.advance(500);
  assert.equal(limit.take(), 1500);
  clock.advance(1500);
  assert.equal(takeAll(), 1);
  clock.advance(3_600_000);
  assert.equal(takeAll(), 3);
});
