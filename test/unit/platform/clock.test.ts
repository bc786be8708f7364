import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTimeReader, createTimeWriter } from '../../../src/platform/clock.ts';

test('times are written and read correctly in any order', () => {
  const write = createTimeWriter();
  const read = createTimeReader();
  const first = Date.parse('2026-11-25T12:00:00.123Z');
  for (const timeMs of [first, first, first + 1, first, 0, first]) {
    assert.equal(write(timeMs), new Date(timeMs).toISOString());
    assert.equal(read(write(timeMs)), timeMs);
  }
});
