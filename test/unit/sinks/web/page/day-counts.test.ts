import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { History } from '../../../../../src/sinks/web/history.ts';
import { DayCounts, niceTop } from '../../../../../src/sinks/web/page/day-counts.js';

const now = Date.parse('2026-11-23T12:07:30Z');
const minute = 60_000;

describe('the figures of the chart', () => {
  function filled(): DayCounts {
    const history = new History();
    history.add('connection-open', now);
    history.add('connection-open', now - 2 * minute);
    history.add('connection-close', now - 59 * minute);
    history.add('connection-open', now - 10 * 60 * minute);
    const counts = new DayCounts();
    counts.fill(history.lastDay(now));
    return counts;
  }

  test('the last hour in minutes', () => {
    const spans = filled().spans({ spans: 60, minutesPerSpan: 1, nowMs: now });
    assert.equal(spans.length, 60);
    assert.deepEqual(spans.map(({ opened }) => opened).slice(-3), [1, 0, 1]);
    assert.equal(spans[0]?.closed, 1);
    assert.equal(spans.at(-1)?.toMs, Date.parse('2026-11-23T12:08:00Z'));
  });

  test('the last day in quarters of an hour, which begin at full quarters', () => {
    const spans = filled().spans({ spans: 96, minutesPerSpan: 15, nowMs: now });
    assert.equal(spans.at(-1)?.fromMs, Date.parse('2026-11-23T12:00:00Z'));
    assert.equal(spans.at(-1)?.opened, 2);
    assert.equal(
      spans.reduce((sum, { opened }) => sum + opened, 0),
      3,
    );
  });

  test('an event counts at once; sessions do not', () => {
    const counts = filled();
    counts.add('connection-open', now + minute);
    counts.add('session-start', now + minute);
    const spans = counts.spans({ spans: 2, minutesPerSpan: 1, nowMs: now + minute });
    assert.deepEqual(
      spans.map(({ opened, closed }) => [opened, closed]),
      [
        [1, 0],
        [1, 0],
      ],
    );
  });

  test('an axis ends at a round number', () => {
    assert.deepEqual(
      [1, 2, 3, 6, 11, 34, 199, 1001].map(niceTop),
      [1, 2, 5, 10, 20, 50, 200, 2000],
    );
  });
});
