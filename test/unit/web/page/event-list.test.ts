import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EventList } from '../../../../src/web/page/event-list.js';
import { userEvent } from '../../../support/events.ts';

const event = (id: number, overrides: Parameters<typeof userEvent>[0] = {}) =>
  userEvent({
    id: String(id),
    receivedAt: new Date(Date.UTC(2026, 10, 23, 12, 0, id)).toISOString(),
    ...overrides,
  });

const shownIds = (list: EventList) => list.shown().map(({ id }) => Number(id));

describe('the list of events on the page', () => {
  test('shows the newest first, and no event twice', () => {
    const list = new EventList();
    assert.equal(list.add(event(1)), true);
    assert.equal(list.add(event(2)), true);
    assert.equal(list.add(event(2)), false);
    assert.deepEqual(shownIds(list), [2, 1]);
  });

  test('keeps the last 500', () => {
    const list = new EventList();
    for (let id = 0; id < 700; id += 1) list.add(event(id));
    assert.equal(list.length, 500);
    assert.equal(shownIds(list)[0], 699);
  });

  test('filters by part of the user’s name, by host and by kind', () => {
    const list = new EventList();
    list.add(event(1, { userDirectory: 'LAB', userId: 'goran', host: 'sense1' }));
    list.add(event(2, { userDirectory: 'ACME', userId: 'Anna', host: 'sense2' }));
    list.add(event(3, { userId: 'goran', kind: 'connection-close', host: 'sense2' }));
    list.filter = { user: ' acme/AN', host: '', kind: '' };
    assert.deepEqual(shownIds(list), [2]);
    list.filter = { user: '', host: 'sense2', kind: '' };
    assert.deepEqual(shownIds(list), [3, 2]);
    list.filter = { user: 'goran', host: '', kind: 'connection-close' };
    assert.deepEqual(shownIds(list), [3]);
    assert.deepEqual(list.hosts(), ['sense1', 'sense2']);
  });

  test('stands still while paused, counts what comes, and shows it afterwards', () => {
    const list = new EventList();
    list.add(event(1));
    list.pause();
    list.add(event(2));
    list.add(event(3));
    assert.deepEqual([shownIds(list), list.waiting, list.paused], [[1], 2, true]);
    list.resume();
    assert.deepEqual([shownIds(list), list.waiting, list.paused], [[3, 2, 1], 0, false]);
  });

  test('what was missed while away is filled in, and nothing that came meanwhile is lost', () => {
    const list = new EventList();
    list.add(event(1));
    list.add(event(9));
    list.fill([event(8), event(7), event(1)]);
    assert.deepEqual(shownIds(list), [9, 8, 7, 1]);
  });

  test('after a restart of the appliance, its shorter memory takes nothing away', () => {
    const list = new EventList();
    list.fill([event(2), event(1)]);
    list.fill([]);
    assert.deepEqual(shownIds(list), [2, 1]);
    list.fill([event(5)]);
    assert.deepEqual(shownIds(list), [5, 2, 1]);
  });
});
