import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActiveUsers } from '../../../src/active-users/active-users.ts';
import {
  mostListBytes,
  userNamesPayload,
  usersWithDirectoryPayload,
} from '../../../src/publications/active-user-payloads.ts';
import { userEvent } from '../../support/events.ts';

/** Users with a session, `LAB/goran` each, and the sender that reports them. */
function withSessions(names: readonly string[], source = '10.0.0.5', users = new ActiveUsers()) {
  for (const name of names) {
    const [userDirectory = '', userId = ''] = name.split('/');
    users.apply(userEvent({ kind: 'session-start', userDirectory, userId, source }));
  }
  return users;
}

const namesIn = (users: ActiveUsers) => JSON.parse(userNamesPayload(users)) as string[];
const listIn = (users: ActiveUsers) =>
  JSON.parse(usersWithDirectoryPayload(users)) as {
    count: number;
    anonymous: number;
    users: { userDirectory: string; userId: string }[];
  };
const many = (count: number, name: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => name(index));

describe('who is active, as it is published', () => {
  test('Butler reads what it always read', () => {
    assert.equal(userNamesPayload(withSessions([])), '[]');
    const users = withSessions(['LAB/goran', 'HQ/goran', 'LAB/"q\\', 'LAB/王芳']);
    assert.equal(userNamesPayload(users), JSON.stringify(['goran', 'goran', '"q\\', '王芳']));
  });

  test('two users of one name can be told apart', () => {
    assert.deepEqual(listIn(withSessions(['LAB/goran', 'HQ/goran'])), {
      count: 2,
      anonymous: 0,
      users: [
        { userDirectory: 'LAB', userId: 'goran' },
        { userDirectory: 'HQ', userId: 'goran' },
      ],
    });
    assert.deepEqual(listIn(withSessions([])), { count: 0, anonymous: 0, users: [] });
  });

  const guid = (index: number) =>
    `${index.toString(16).padStart(8, '0')}-b52d-4e1c-9d0e-000000000000`;
  test('6,000 anonymous visitors and two users: all are counted, one name for the visitors', () => {
    const users = withSessions(many(6000, (index) => `NONE/anonymous${guid(index)}`));
    withSessions(['LAB/goran', 'LAB/anna'], '10.0.0.5', users);
    assert.deepEqual(namesIn(users), ['anonymous', 'goran', 'anna']);
    const { count, anonymous, users: listed } = listIn(users);
    assert.deepEqual([count, anonymous, listed.length], [6002, 6000, 2]);
    assert.ok(usersWithDirectoryPayload(users).length < 256);
  });

  for (const [name, isOne] of [
    ['NONE/anonymousd9e61933-a7e5-4836-8540-5b137a600e69', true],
    ['none/Anonymous{D9E61933-A7E5-4836-8540-5B137A600E69}', true],
    ['NONE/0123', false],
    ['LAB/anonymous', false],
    ['NONE/anon', false],
  ] as const) {
    test(`${name} is ${isOne ? '' : 'not '}anonymous`, () => {
      assert.equal(withSessions([name]).anonymousCount, isOne ? 1 : 0);
    });
  }

  test('a visitor who goes is counted no more', () => {
    const users = withSessions(['NONE/anonymous1', 'NONE/anonymous2']);
    const [userDirectory, userId] = ['NONE', 'anonymous1'];
    users.apply(userEvent({ kind: 'session-stop', userDirectory, userId }));
    assert.deepEqual([users.count, users.anonymousCount, namesIn(users)], [1, 1, ['anonymous']]);
  });

  for (const [what, letter] of [
    ['names of 100 letters', 'x'],
    ['names in Chinese', '王'],
    ['names of quotes', '"'],
  ] as const) {
    test(`neither list grows beyond its bound: ${what}`, () => {
      const users = withSessions(
        many(9000, (index) => `${letter.repeat(95)}/${letter.repeat(90)}${index}`),
      );
      assert.equal(listIn(users).count, 9000);
      for (const payload of [userNamesPayload(users), usersWithDirectoryPayload(users)]) {
        const bytes = Buffer.byteLength(payload);
        assert.ok(bytes <= mostListBytes && bytes > mostListBytes * 0.9, String(bytes));
      }
    });
  }

  test('a crowd from one sender takes no place in the lists from the users of another', () => {
    const users = withSessions(
      many(9000, (index) => `X/${'y'.repeat(90)}${index}`),
      '10.6.6.6',
    );
    withSessions(['LAB/goran', 'LAB/anna'], '10.0.0.5', users);
    assert.deepEqual(namesIn(users).slice(0, 2), ['goran', 'anna']);
    assert.equal(listIn(users).users[0]?.userId, 'goran');
  });
});

describe('too many users', () => {
  const isThere = (users: ActiveUsers, name: string) => namesIn(users).includes(name);
  const staff = many(50, (index) => `LAB/staff${index}`);
  const allThere = (users: ActiveUsers) =>
    many(50, (index) => `staff${index}`).every((name) => isThere(users, name));

  test('invented by one address: its own go, and are counted', () => {
    const users = withSessions(staff);
    withSessions(
      many(12_000, (index) => `X/${index}`),
      '10.6.6.6',
      users,
    );
    assert.ok(allThere(users));
    assert.equal(users.sessionCount, 10_000);
    assert.equal(users.dropped, 2050);
  });

  test('invented by thousands of addresses', () => {
    const users = withSessions(staff);
    for (let index = 0; index < 12_000; index += 1) {
      withSessions([`X/${index}`], `10.6.${index >> 8}.${index & 255}`, users);
    }
    assert.ok(allThere(users));
    assert.equal(users.sessionCount, 10_000);
  });

  test('anonymous visitors of the same server', () => {
    const users = withSessions(staff);
    withSessions(
      many(12_000, (index) => `NONE/anonymous${index}`),
      '10.0.0.5',
      users,
    );
    assert.ok(allThere(users));
  });

  test('sessions of one user', () => {
    const users = withSessions(staff);
    for (let index = 0; index < 12_000; index += 1) withSessions(['X/x'], '10.6.6.6', users);
    assert.ok(allThere(users));
    assert.ok(users.sessionCount <= 150);
  });

  test('an event is not looked up among 10,000 users one by one', () => {
    const costOf = (count: number) => {
      const users = withSessions(many(count, (index) => `LAB/u${index}`));
      const events = (['session-start', 'connection-open', 'session-stop'] as const).map((kind) =>
        userEvent({ kind, userId: 'goran' }),
      );
      let least = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 20; round += 1) {
        const beganMs = performance.now();
        for (let index = 0; index < 1000; index += 1) {
          for (const event of events) users.apply(event, 0);
        }
        least = Math.min(least, performance.now() - beganMs);
      }
      return least;
    };
    const few = costOf(1);
    const crowd = costOf(9999);
    // What is cheap for one user lies in the processor's cache, so it may be twenty times as much; a
    // scan would cost thousands of times as much.
    assert.ok(crowd < few * 100, `${crowd} ms for ${few} ms`);
  });
});
