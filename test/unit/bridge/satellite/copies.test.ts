import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Copies } from '../../../../src/bridge/satellite/copies.ts';
import type { EventKind } from '../../../../src/events/kinds.ts';

const opened = {
  kind: 'connection-open' as EventKind,
  host: 's',
  userDirectory: 'LAB',
  userId: 'g',
};

/** The messages of one test, as `form id`, and which of them count. */
function counted(messages: readonly string[], event = opened): string[] {
  const copies = new Copies();
  return messages.filter((message) => {
    const [form, id] = message.split(' ');
    if (form === 'own' && id) {
      copies.note({ ...event, id }, 0);
      return false;
    }
    return copies.isNew(form as 'whole', { ...event, ...(id && { id }) }, 0);
  });
}

describe('copies of an event', () => {
  for (const [name, messages, expected] of [
    ['all three forms: the first counts', ['whole 1', 'everything', 'kind'], ['whole 1']],
    ['the poorest first', ['kind', 'everything', 'whole 1'], ['kind']],
    ['text alone: every one counts', ['kind', 'kind'], ['kind', 'kind']],
    [
      'the same again, in all forms',
      ['whole 1', 'everything', 'kind', 'whole 2', 'everything', 'kind'],
      ['whole 1', 'whole 2'],
    ],
    [
      'two at a time, mixed',
      ['kind', 'kind', 'whole 1', 'whole 2', 'everything', 'everything'],
      ['kind', 'kind'],
    ],
    ['the same id again, as QoS 1 may bring it', ['whole 1', 'whole 1', 'kind'], ['whole 1']],
    ['an own event that comes back', ['own 1', 'whole 1', 'everything', 'kind'], []],
    ['an own event, and another by the same user', ['own 1', 'whole 2'], ['whole 2']],
    [
      'by two ways: from the appliance and through another one',
      ['whole 1', 'everything', 'kind', 'whole 1', 'everything', 'kind'],
      ['whole 1'],
    ],
  ] as const) {
    test(name, () => assert.deepEqual(counted(messages), expected));
  }

  test('hosts, users and kinds are told apart, but not upper and lower case', () => {
    const copies = new Copies();
    assert.ok(copies.isNew('whole', { ...opened, id: '1' }, 0));
    assert.ok(copies.isNew('kind', { ...opened, host: 't' }, 0));
    assert.ok(copies.isNew('kind', { ...opened, userId: 'h' }, 0));
    assert.ok(copies.isNew('kind', { ...opened, kind: 'connection-close' }, 0));
    assert.ok(!copies.isNew('kind', { ...opened, userId: 'G', host: 'S' }, 0));
  });

  test('an id is known for long, what has none after half a minute of quiet no more', () => {
    const copies = new Copies();
    assert.ok(copies.isNew('whole', { ...opened, id: '1' }, 0));
    assert.ok(!copies.isNew('kind', opened, 29_000));
    assert.ok(!copies.isNew('whole', { ...opened, id: '1' }, 3_600_000));
    assert.ok(!copies.isNew('kind', opened, 3_600_010), 'it came along with the id');
    assert.ok(copies.isNew('kind', opened, 7_200_000));
  });
});
