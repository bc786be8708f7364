import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventKinds, kinds, kindsByInterest, sumByKind } from '../../../src/events/kinds.ts';

describe('the table of kinds of events', () => {
  test('lists those of the contract in the order in which APIs show them', () => {
    assert.deepEqual(eventKinds, [
      'session-start',
      'session-stop',
      'connection-open',
      'connection-close',
    ]);
  });

  test('people read first of those that a light shows by default', () => {
    assert.deepEqual(kindsByInterest, [
      'connection-open',
      'connection-close',
      'session-start',
      'session-stop',
    ]);
  });

  for (const column of ['command', 'key', 'topic', 'row', 'word', 'circle'] as const) {
    test(`no two kinds have the same ${column}`, () => {
      const values = eventKinds.map((kind) => kinds[kind][column].toLowerCase());
      assert.equal(new Set(values).size, values.length);
    });
  }

  test('commands may stand in a regular expression and in a field as they are', () => {
    for (const kind of eventKinds) assert.match(kinds[kind].command, /^[A-Z][a-z]+( [a-z]+)+$/);
  });

  test('counts are added by kind, whichever are there', () => {
    const ones = { ...sumByKind(), 'session-stop': 1 };
    assert.deepEqual(sumByKind(ones, undefined, ones), {
      'session-start': 0,
      'session-stop': 2,
      'connection-open': 0,
      'connection-close': 0,
    });
  });
});
