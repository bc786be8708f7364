import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { highestRate } from '../../bench/highest-rate.ts';

const search = { from: 2000, atMost: 500_000, precision: 1.05 };

/** Something that keeps up with so many events a second. */
function upTo(limit: number) {
  const tried: number[] = [];
  return {
    tried,
    holds: async (rate: number) => {
      tried.push(rate);
      return rate <= limit;
    },
  };
}

describe('highestRate', () => {
  for (const limit of [1, 700, 2000, 2001, 70_900, 499_000]) {
    test(`finds a limit of ${limit} from below, within the precision`, async () => {
      const found = await highestRate(search, upTo(limit).holds);
      assert.ok(found <= limit, `${found} does not hold`);
      assert.ok(found * 1.05 >= limit - 1, `${found} is too low`);
    });
  }

  test('doubles while the rate holds, then closes in', async () => {
    const { tried, holds } = upTo(10_000);
    await highestRate({ ...search, precision: 1.5 }, holds);
    assert.deepEqual(tried, [2000, 4000, 8000, 16_000, 11_314]);
  });

  test('is 0 when nothing holds', async () => {
    assert.equal(await highestRate(search, upTo(0).holds), 0);
  });

  test('ends at the most that the load can do', async () => {
    const { tried, holds } = upTo(Number.POSITIVE_INFINITY);
    assert.equal(await highestRate({ ...search, atMost: 10_000 }, holds), 10_000);
    assert.deepEqual(tried, [2000, 4000, 8000, 10_000]);
  });
});
