import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActiveUsers, forgottenAfterMs } from '../../../src/active-users/active-users.ts';
import { ActiveUsersSink } from '../../../src/active-users/active-users-sink.ts';
import type { EventKind } from '../../../src/events/user-event.ts';
import { userEvent } from '../../support/events.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

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

const count = (users: ActiveUsers) => users.userNames().length;

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
    test(name, () => assert.deepEqual(after(...steps).userNames(), expected));
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
    assert.equal(users.forgetBefore(seen + forgottenAfterMs - 1), false);
    assert.equal(users.forgetBefore(seen + forgottenAfterMs), true);
    assert.equal(count(users), 0);
  });

  test('who was seen before the time was known stays for a day from when it is', () => {
    const users = new ActiveUsers();
    users.apply(userEvent({ kind: 'session-start', timeUnknown: true }));
    const now = Date.parse(userEvent({}).receivedAt) + 100 * forgottenAfterMs;
    assert.equal(users.forgetBefore(now), false);
    assert.equal(users.forgetBefore(now + forgottenAfterMs - 1), false);
    assert.equal(count(users), 1);
    assert.equal(users.forgetBefore(now + forgottenAfterMs), true);
  });

  test('invented names do not fill the memory', () => {
    const users = new ActiveUsers();
    for (let index = 0; index < 12_000; index += 1) {
      users.apply(userEvent({ kind: 'session-start', userId: `u${index}` }));
    }
    assert.equal(count(users), 10_000);
    assert.ok(users.userNames().includes('u11999'));
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
    assert.ok(users.userNames().includes('old but talking'));
    assert.ok(!users.userNames().includes('old and silent'));
    assert.equal(count(users), 10_000);
  });
});

describe('ActiveUsersSink', () => {
  function create(store = new Map<string, string>()) {
    const clock = new ManualClock();
    const { log, lines } = recordingLog();
    const announced: number[] = [];
    let writes = 0;
    const sink = new ActiveUsersSink({
      store: {
        get: async (key) => store.get(key),
        put: async (key, value) => {
          writes += 1;
          store.set(key, value);
        },
      },
      onChange: (users) => announced.push(count(users)),
      clock,
      log,
    });
    return { sink, clock, store, announced, lines, writes: () => writes };
  }
  const start = (userId: string) => userEvent({ kind: 'session-start', userId });

  test('announces the first change after its event, and a burst as one', async () => {
    const { sink, clock, announced } = create();
    await sink.start();
    clock.advance(1000);
    sink.accept(start('first'));
    assert.deepEqual(announced, [0], 'before the other sinks had the event');
    clock.advance(0);
    assert.deepEqual(announced, [0, 1]);
    for (let index = 0; index < 50; index += 1) sink.accept(start(`u${index}`));
    clock.advance(100);
    assert.deepEqual(announced, [0, 1]);
    clock.advance(1);
    assert.deepEqual(announced, [0, 1, 51]);
    clock.advance(60_000);
    assert.deepEqual(announced, [0, 1, 51]);
  });

  test('writes a burst once, and what is unsaved when it stops', async () => {
    const first = create();
    await first.sink.start();
    for (let index = 0; index < 50; index += 1) first.sink.accept(start(`u${index}`));
    first.clock.advance(5000);
    assert.equal(first.writes(), 1);
    first.sink.accept(start('last'));
    await first.sink.stop();
    await first.sink.stop();
    assert.equal(first.writes(), 2);

    const second = create(first.store);
    await second.sink.start();
    assert.deepEqual(second.announced, [51]);
  });

  test('starts with nobody when what was kept is damaged, and says so', async () => {
    const { sink, announced, lines } = create(new Map([['users', '[{"host":1}]']]));
    await sink.start();
    assert.deepEqual(announced, [0]);
    assert.match(lines[0] ?? '', /^warn .*forgotten/);
  });
});
