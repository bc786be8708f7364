import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addLast, putLast } from '../../../src/platform/bounded-map.ts';

test('beyond the limit, the entry that was put least recently is dropped', () => {
  const map = new Map<string, number>();
  for (const [index, key] of ['a', 'b', 'c', 'a', 'd', 'e'].entries()) putLast(map, key, index, 3);
  assert.deepEqual(
    [...map],
    [
      ['a', 3],
      ['d', 4],
      ['e', 5],
    ],
  );
});

test('a set has the same limit', () => {
  const set = new Set<string>();
  for (const value of ['a', 'b', 'c', 'a', 'd', 'e']) addLast(set, value, 3);
  assert.deepEqual([...set], ['a', 'd', 'e']);
});
