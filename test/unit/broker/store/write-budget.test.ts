import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Party } from '../../../../src/access/fair-shares.ts';
import { WriteBudget } from '../../../../src/broker/store/write-budget.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const bytesPerHour = 1_000_000;

/** How much is written for a party that always wants to write, bytes. */
function written(budget: WriteBudget, party: Party): number {
  let bytes = 0;
  while (bytes < 10 * bytesPerHour && budget.take(party, 100)) bytes += 100;
  return bytes;
}

test('writes for anonymous clients are limited per hour, for one address and in total', () => {
  const clock = new ManualClock();
  const budget = new WriteBudget(bytesPerHour, clock);
  const strangers = Array.from({ length: 50 }, (_, number): Party => {
    return { key: `10.0.0.${number}`, standing: 'stranger' };
  });
  const total = () => strangers.reduce((sum, party) => sum + written(budget, party), 0);
  const [first] = strangers;
  assert.ok(first);
  const ofOne = written(budget, first);
  const rest = total();
  assert.ok(rest >= ofOne, 'one address leaves something to the others');
  const sumOfDay = Array.from({ length: 24 }, () => {
    clock.advance(3_600_000);
    return total();
  }).reduce((sum, bytes) => sum + bytes, 0);
  assert.ok(sumOfDay <= 24 * bytesPerHour * 0.25, `${sumOfDay} bytes in a day`);

  const known = written(budget, { key: '10.0.0.1', standing: 'known' });
  assert.ok(known > 0, 'strangers take nothing from known addresses');
});

test('what users need is always written', () => {
  const budget = new WriteBudget(0, new ManualClock());
  assert.equal(budget.take({ key: '10.0.0.1', standing: 'known' }, 1), false);
  assert.equal(written(budget, { key: 'anna', standing: 'signedIn' }), 10 * bytesPerHour);
});
