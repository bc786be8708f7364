import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RetainFallback } from '../../../../src/bridge/link/retain-fallback.ts';

const full = { retain: true, will: true };
const unretained = { retain: false, will: true };
const noWill = { retain: false, will: false };
const dayMs = 24 * 60 * 60 * 1000;

/** The forms of the next tries, each of which ends. */
const formsOfFailures = (fallback: RetainFallback, count: number) =>
  Array.from({ length: count }, () => {
    const form = fallback.next(0);
    fallback.failed('ended');
    return form;
  });

describe('what is asked of a broker that ends connections', () => {
  test('less after three failures in a row; everything again when nothing helps', () => {
    assert.deepEqual(formsOfFailures(new RetainFallback(true), 8), [
      ...[full, full, full, unretained, noWill],
      ...[full, full, full],
    ]);
  });

  test('what is configured not to be retained never is', () => {
    const forms = formsOfFailures(new RetainFallback(false), 8);
    assert.deepEqual(forms.slice(0, 5), [unretained, unretained, unretained, noWill, unretained]);
    assert.ok(forms.every(({ retain }) => !retain));
  });

  test('a broker that is away in between is another matter', () => {
    const fallback = new RetainFallback(true);
    for (let round = 0; round < 5; round += 1) {
      fallback.failed('ended');
      fallback.failed('ended');
      fallback.failed('other');
      assert.deepEqual(fallback.next(0), full);
    }
  });

  test('one that once took everything has to fail a dozen times', () => {
    const fallback = new RetainFallback(true);
    assert.equal(fallback.worked(0), true);
    assert.equal(fallback.worked(0), false);
    assert.ok(formsOfFailures(fallback, 12).every(({ retain }) => retain));
    assert.deepEqual(fallback.next(0), unretained);
  });

  test('a conclusion is tested again after a day, at the price of one failure', () => {
    const fallback = new RetainFallback(true);
    formsOfFailures(fallback, 3);
    assert.deepEqual(fallback.next(0), unretained);
    fallback.worked(0);
    assert.deepEqual(fallback.next(dayMs - 1), unretained);
    assert.deepEqual(fallback.next(dayMs + 1), full);
    fallback.failed('ended');
    assert.deepEqual(fallback.next(dayMs + 2), unretained);
    assert.equal(fallback.worked(dayMs + 2), false);
    assert.deepEqual(fallback.next(2 * dayMs + 3), full);
    assert.equal(fallback.worked(2 * dayMs + 3), true);
    assert.deepEqual(fallback.next(9 * dayMs), full);
  });

  test('what the broker has said itself is believed at once, and not tested again', () => {
    const fallback = new RetainFallback(true);
    fallback.failed('no-retain');
    assert.deepEqual(fallback.next(0), unretained);
    fallback.worked(0);
    assert.deepEqual(fallback.next(9 * dayMs), unretained);
    fallback.failed('no-qos');
    assert.deepEqual(fallback.next(0), { ...unretained, willQos: 0 });
  });
});
