import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActiveUsers } from '../../../src/active-users/active-users.ts';
import { silentAfterMs } from '../../../src/active-users/user-sessions.ts';
import type { EventKind } from '../../../src/events/kinds.ts';
import { userEvent } from '../../support/events.ts';

/** `start goran@sense1`, one a word. */
function after(...steps: string[]): ActiveUsers {
  const kinds: Record<string, EventKind> = {
    start: 'session-start',
    stop: 'session-stop',
    open: 'connection-open',
    close: 'connection-close',
  };
  const users = new ActiveUsers();
  for (const step of steps) {
    const [verb = '', who = ''] = step.split(' ');
    const [user = '', host = 'sense1'] = who.split('@');
    const [userDirectory = 'LAB', userId = ''] = user.includes('/')
      ? user.split('/')
      : ['LAB', user];
    users.apply(userEvent({ kind: kinds[verb] ?? 'session-start', userDirectory, userId, host }));
  }
  return users;
}

const names = (users: ActiveUsers) => [...users.named()].map(({ userId }) => userId);
const count = (users: ActiveUsers) => users.count;

describe('ActiveUsers', () => {
  const cases: readonly [string, string[], string[]][] = [
    ['a session makes active', ['start goran'], ['goran']],
    ['its stop ends that', ['start goran', 'stop goran'], []],
    ['an opened connection makes active too', ['open goran'], ['goran']],
    ['a closed connection ends nothing', ['start goran', 'open goran', 'close goran'], ['goran']],
    ['two sessions need two stops', ['start goran', 'start goran', 'stop goran'], ['goran']],
    ['and then it is over', ['start goran', 'start goran', 'stop goran', 'stop goran'], []],
    ['one user on two hosts is one user', ['start goran@a', 'start goran@b'], ['goran']],
    [
      'who stays on one of them is active',
      ['start goran@a', 'start goran@b', 'stop goran@a'],
      ['goran'],
    ],
    [
      'a start after its connection is the same session',
      ['open goran', 'start goran', 'stop goran'],
      [],
    ],
    ['a stop for nobody changes nothing', ['stop goran'], []],
    ['a close for nobody makes nobody active', ['close goran'], []],
    ['names compare without regard to case', ['start LAB/Goran', 'stop lab/goran'], []],
    [
      'the same id in two directories is two users',
      ['start LAB/goran', 'start HQ/goran'],
      ['goran', 'goran'],
    ],
    [
      'names of object members are names',
      ['start constructor', 'start __proto__'],
      ['constructor', '__proto__'],
    ],
  ];
  for (const [name, steps, expected] of cases) {
    test(name, () => assert.deepEqual(names(after(...steps)), expected));
  }

  test('counts by host', () => {
    const users = after('start goran@a', 'start anna@a', 'start anna@b', 'stop goran@a');
    assert.deepEqual(
      [...users.countByHost()],
      [
        ['a', 1],
        ['b', 1],
      ],
    );
  });

  test('a lost stop is forgotten after a day without any event', () => {
    const users = after('start goran');
    const seen = Date.parse(userEvent().receivedAt);
    assert.equal(users.expire(seen + silentAfterMs - 1), false);
    assert.equal(users.expire(seen + silentAfterMs), true);
    assert.equal(count(users), 0);
  });

  test('invented names do not fill the memory', () => {
    const users = new ActiveUsers();
    for (let index = 0; index < 12_000; index += 1) {
      users.apply(userEvent({ kind: 'session-start', userId: `u${index}` }));
    }
    assert.equal(count(users), 10_000);
    assert.ok(names(users).includes('u11999'));
  });

  test('who goes to make room is who was silent for longest', () => {
    const users = new ActiveUsers();
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    const see = (userId: string, minute: number) =>
      users.apply(userEvent({ kind: 'connection-open', userId, receivedAt: at(minute) }));
    see('old but talking', 0);
    see('old and silent', 0);
    see('old but talking', 5);
    for (let index = 0; index < 9999; index += 1) see(`u${index}`, 6);
    assert.ok(names(users).includes('old but talking'));
    assert.ok(!names(users).includes('old and silent'));
    assert.equal(count(users), 10_000);
  });
});
