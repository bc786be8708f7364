import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { History } from '../../../src/web/history.ts';
import { HistoryKeeper, type HistoryStore } from '../../../src/web/history-keeper.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

const noon = Date.parse('2026-11-23T12:00:00Z');
const minute = 60_000;
const hour = 60 * minute;

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describe('the history of a day', () => {
  test('counts each kind in its minute; the last count is that of this minute', () => {
    const history = new History();
    history.add('connection-open', noon);
    history.add('connection-open', noon + 59_999);
    history.add('connection-close', noon - 3 * hour);
    const { since, counts } = history.lastDay(noon + 30_000);
    assert.equal(since, '2026-11-22T12:01:00.000Z');
    assert.equal(counts['connection-open'].length, 1440);
    assert.equal(counts['connection-open'].at(-1), 2);
    assert.equal(counts['connection-close'].at(-1 - 180), 1);
    assert.equal(sum(counts['session-start']), 0);
  });

  test('lets go of what is older than a day', () => {
    const history = new History();
    history.add('connection-open', noon - 24 * hour);
    assert.equal(sum(history.lastDay(noon).counts['connection-open']), 0);
    assert.equal(sum(history.lastDay(noon - minute).counts['connection-open']), 1);
  });

  test('an hour comes back from disk as it went, on top of what was counted meanwhile', () => {
    const before = new History();
    const hourNumber = before.add('connection-open', noon);
    const after = new History();
    after.add('connection-open', noon);
    after.restore(hourNumber, before.save(hourNumber) ?? '');
    assert.equal(after.lastDay(noon).counts['connection-open'].at(-1), 2);
  });

  test('a clock that jumps about fills neither memory nor card', () => {
    const history = new History();
    for (let index = 0; index < 1000; index += 1) {
      history.add('connection-open', noon - index * 100 * hour);
    }
    history.add('connection-open', noon);
    assert.equal(history.deleteSurplus(noon).length, 1000 - 48);
    assert.equal(sum(history.lastDay(noon).counts['connection-open']), 2);
  });
});

describe('keeping the history', () => {
  function createStore() {
    const kept = new Map<string, string>();
    const writes: number[] = [];
    const store: HistoryStore = {
      entries: async () => [...kept],
      write: async (changes) => {
        writes.push(changes.length);
        for (const [key, value] of changes) {
          if (value === undefined) kept.delete(key);
          else kept.set(key, value);
        }
      },
    };
    return { kept, writes, store };
  }

  test('a minute of events is one write; a restart loses none of them', async () => {
    const clock = new ManualClock();
    const { log } = recordingLog();
    const { store, writes } = createStore();
    const first = new HistoryKeeper({ store, clock, log });
    await first.load();
    for (let index = 0; index < 500; index += 1) {
      first.add('connection-open', clock.now().getTime());
      clock.advance(100);
    }
    assert.equal(writes.length, 0);
    await first.stop();
    await first.stop();
    assert.deepEqual(writes, [1]);

    const second = new HistoryKeeper({ store, clock, log });
    await second.load();
    assert.equal(sum(second.lastDay().counts['connection-open']), 500);
  });

  test('what could not be read at first is neither lost nor written over', async () => {
    const clock = new ManualClock();
    const { log, lines } = recordingLog();
    const { store, kept } = createStore();
    const earlier = new HistoryKeeper({ store, clock, log });
    await earlier.load();
    earlier.add('connection-open', clock.now().getTime());
    await earlier.stop();

    let isOpen = false;
    const keeper = new HistoryKeeper({
      store: { ...store, entries: async () => (isOpen ? [...kept] : undefined) },
      clock,
      log,
    });
    await keeper.load();
    keeper.add('connection-open', clock.now().getTime());
    isOpen = true;
    await keeper.stop();
    assert.equal(sum(keeper.lastDay().counts['connection-open']), 2);
    assert.match([...kept.values()].join(), /"connection-open":\[2,/);
    assert.deepEqual(lines, []);
  });

  test('damaged counts are reported as lost, and counting continues', async () => {
    const clock = new ManualClock();
    const { log, lines } = recordingLog();
    const { store, kept } = createStore();
    kept.set('1', '{"connection-open": "many"}');
    const keeper = new HistoryKeeper({ store, clock, log });
    await keeper.load();
    keeper.add('connection-open', clock.now().getTime());
    assert.equal(sum(keeper.lastDay().counts['connection-open']), 1);
    assert.match(lines.join('\n'), /event counts of the last day are lost/);
    await keeper.stop();
  });
});
