import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { History } from '../../../../src/web/history.ts';
import { DayCounts, niceTop } from '../../../../src/web/page/day-counts.js';

const now = Date.parse('2026-11-23T12:07:30Z');
const minute = 60_000;

describe('the counts of the chart', () => {
  function filled(): DayCounts {
    const history = new History();
    history.add('connection-open', now);
    history.add('connection-open', now - 2 * minute);
    history.add('connection-close', now - 59 * minute);
    history.add('connection-open', now - 10 * 60 * minute);
    const counts = new DayCounts();
    counts.fill({ ...history.lastDay(now), latest: [] });
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
    const receivedAt = new Date(now + minute).toISOString();
    counts.add({ id: '1', kind: 'connection-open', receivedAt });
    counts.add({ id: '2', kind: 'session-start', receivedAt });
    const spans = counts.spans({ spans: 2, minutesPerSpan: 1, nowMs: now + minute });
    assert.deepEqual(
      spans.map(({ opened, closed }) => [opened, closed]),
      [
        [1, 0],
        [1, 0],
      ],
    );
  });

  describe('an event counts once, whatever comes first', () => {
    const receivedAt = new Date(now).toISOString();
    const heard = (id: string) => ({ id, kind: 'connection-open' as const, receivedAt });
    const answer = (...latest: string[]) => {
      const history = new History();
      for (const _ of latest) history.add('connection-open', now);
      return { ...history.lastDay(now), latest };
    };
    const opened = (counts: DayCounts) =>
      counts.spans({ spans: 1, minutesPerSpan: 1, nowMs: now })[0]?.opened;

    test('heard before the answer that counts it', () => {
      const counts = new DayCounts();
      counts.add(heard('1'));
      counts.fill(answer('1'));
      assert.equal(opened(counts), 1);
    });

    test('heard while an answer is on its way that does not count it', () => {
      const counts = new DayCounts();
      for (const id of ['1', '2', '3']) counts.add(heard(id));
      counts.fill(answer('0', '1'));
      assert.equal(opened(counts), 4);
    });

    test('heard after the answer that counts it', () => {
      const counts = new DayCounts();
      counts.fill(answer('1', '2'));
      for (const id of ['1', '2', '3']) counts.add(heard(id));
      assert.equal(opened(counts), 3);
    });

    test('what was heard before a connection was lost is in the answer after it', () => {
      const counts = new DayCounts();
      counts.add(heard('1'));
      counts.restart();
      counts.fill(answer('2', '3'));
      assert.equal(opened(counts), 2);
    });
  });

  test('an axis ends at a round number', () => {
    assert.deepEqual(
      [1, 2, 3, 6, 11, 34, 199, 1001].map(niceTop),
      [1, 2, 5, 10, 20, 50, 200, 2000],
    );
  });
});
