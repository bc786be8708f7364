import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../src/platform/log.ts';
import { NetworkRates } from '../../../src/web/network-rates.ts';
import { WebStatistics } from '../../../src/web/web-statistics.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A page with all its files. */
const requestsOfAPage = 30;

test('twenty people behind one address open the page at once, and three more in each second', () => {
  const clock = new ManualClock();
  const statistics = new WebStatistics();
  const admission = new NetworkRates({ statistics, clock, log: silentLog });
  /** How many of so many requests are taken. */
  const ask = (count: number) =>
    Array.from({ length: count }, () => admission.takeRequest('10.0.0.1')).filter(
      (waitMs) => waitMs === 0,
    ).length;
  assert.equal(ask(20 * requestsOfAPage), 20 * requestsOfAPage);
  assert.equal(ask(1), 0);
  for (let second = 0; second < 5; second += 1) {
    clock.advance(1000);
    assert.equal(ask(3 * requestsOfAPage), 3 * requestsOfAPage);
  }
  // A flood gets no more than the rate.
  clock.advance(1000);
  ask(1000);
  clock.advance(1000);
  assert.equal(ask(1000), 100);
  assert.equal(admission.takeRequest('10.0.0.2'), 0);
  admission.stop();
});
