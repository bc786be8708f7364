import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Result } from '../../bench/runner.ts';
import { median, percentile } from '../../bench/statistics.ts';
import { formatTable } from '../../bench/table.ts';
import type { TargetKind, TargetName } from '../../bench/targets/target.ts';

const kind = (name: TargetName, title: string): TargetKind => ({
  name,
  title,
  launch: () => Promise.reject(new Error('not in this test')),
});
const kinds = [kind('appliance', 'ours'), kind('peer', 'theirs')];

const row = (runs: Result['runs'], unit = 'µs'): Result => ({
  experiment: 'latency',
  key: 'latency.p50',
  title: 'p50',
  unit,
  better: 'less',
  runs,
});

describe('formatTable', () => {
  test('shows medians with three digits, and our measurement divided by the peer’s', () => {
    const table = formatTable([row({ appliance: [123.4, 9999, 100], peer: [246.8] })], kinds);
    assert.equal(
      table,
      [
        '|          | ours | theirs | ratio | better |',
        '| -------- | ---: | -----: | ----: | -----: |',
        '| p50 (µs) |  123 |    247 | 0.5 × |   less |',
      ].join('\n'),
    );
  });

  test('shows what was not measured, what lost something and what never came as such', () => {
    const table = formatTable(
      [row({ appliance: [Number.NaN], peer: [1] }), row({ appliance: [Number.POSITIVE_INFINITY] })],
      kinds,
    );
    assert.match(table, /lost some \| +1 \| +- \|/);
    assert.match(table, /never \| +- \| +- \|/);
  });
});

describe('statistics', () => {
  test('the median of an even number of values lies between the two in the middle', () => {
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(median([3, 1, 2]), 2);
    assert.ok(Number.isNaN(median([])));
  });

  test('a percentile is a value that occurred', () => {
    const values = Array.from({ length: 101 }, (_, index) => index);
    assert.equal(percentile(values, 0.99), 99);
    assert.equal(percentile(values, 0), 0);
    assert.equal(percentile([Number.POSITIVE_INFINITY, 1], 1), Number.POSITIVE_INFINITY);
  });
});
