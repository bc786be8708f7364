import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silentAfterMs } from '../../../src/active-users/user-sessions.ts';
import type { EventKind } from '../../../src/events/kinds.ts';
import { createActiveUsersSink, type StartedSink } from '../../support/active-users.ts';
import { userEvent } from '../../support/events.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const minute = 60_000;
const hour = 60 * minute;

const start = (userId: string) => userEvent({ kind: 'session-start', userId });

/** Gives the sink an event of this moment. */
function happens({ sink, clock }: StartedSink, kind: EventKind, userId: string, more = {}): void {
  const receivedAt = clock.now().toISOString();
  sink.accept(userEvent({ kind, userId, receivedAt, ...more }));
}

/** Lets what is being written arrive. */
const written = () => new Promise((resolve) => setImmediate(resolve));

/** The program is killed, and starts again over what is on disk. */
async function killed(before: StartedSink, timeIsKnown = () => true): Promise<StartedSink> {
  await written();
  const clock = new ManualClock(before.clock.now().toISOString());
  const after = createActiveUsersSink({ store: new Map(before.store), clock, timeIsKnown });
  await after.sink.start();
  return after;
}

describe('what is announced', () => {
  test('the first change after its event, and a burst as one', async () => {
    const { sink, clock, announced } = createActiveUsersSink();
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

  test('that a session has ended by its own time, without any event', async () => {
    const one = createActiveUsersSink();
    await one.sink.start();
    happens(one, 'session-start', 'goran');
    one.clock.advance(silentAfterMs - 1);
    assert.deepEqual(one.announced, [0, 1]);
    one.clock.advance(minute);
    assert.deepEqual(one.announced, [0, 1, 0]);
  });

  test('nothing, while only the number of sessions of a user changes', async () => {
    const one = createActiveUsersSink();
    await one.sink.start();
    happens(one, 'session-start', 'program');
    one.clock.advance(minute);
    for (let index = 0; index < 50; index += 1) {
      happens(one, 'session-start', 'program');
      happens(one, 'connection-open', 'program');
      happens(one, 'session-stop', 'program');
      one.clock.advance(minute);
    }
    assert.deepEqual(one.announced, [0, 1]);
  });
});

test('too many users: one line when some are dropped, and one when that is over', async () => {
  const one = createActiveUsersSink();
  await one.sink.start();
  for (let round = 0; round < 3; round += 1) {
    for (let index = 0; index < 6000; index += 1) {
      happens(one, 'session-start', `u${round}-${index}`);
    }
    one.clock.advance(minute);
  }
  one.clock.advance(5 * minute);
  assert.equal(one.sink.users.count, 10_000);
  assert.equal(one.lines.length, 2, one.lines.join());
  assert.match(one.lines[0] ?? '', /^warn .*only 10,000 sessions are kept.* Fix: .*allowFrom$/);
  assert.match(one.lines[1] ?? '', /no longer dropped \(8000 were\)/);
});

describe('what is kept over a restart', () => {
  test('a burst is written once, and what is unsaved when it stops', async () => {
    const first = createActiveUsersSink();
    await first.sink.start();
    for (let index = 0; index < 50; index += 1) first.sink.accept(start(`u${index}`));
    first.clock.advance(5000);
    assert.equal(first.writes(), 1);
    first.sink.accept(start('last'));
    await first.sink.stop();
    await first.sink.stop();
    assert.equal(first.writes(), 2);
    assert.deepEqual((await killed(first)).announced, [51]);
  });

  test('only who changed is written, and who went is erased', async () => {
    const one = createActiveUsersSink();
    await one.sink.start();
    for (let index = 0; index < 50; index += 1) happens(one, 'session-start', `u${index}`);
    one.clock.advance(minute);
    await written();
    const before = new Map(one.store);
    happens(one, 'session-start', 'goran');
    happens(one, 'session-stop', 'u7');
    happens(one, 'session-start', 'came and went');
    happens(one, 'session-stop', 'came and went');
    one.clock.advance(minute);
    await written();
    const added = [...one.store.keys()].filter((key) => !before.has(key));
    const erased = [...before.keys()].filter((key) => !one.store.has(key));
    assert.deepEqual([added, erased], [['user/lab\ngoran'], ['user/lab\nu7']]);
    assert.equal(one.writes(), 2);
  });

  test('little is written when much happens: once a minute, who stays', async () => {
    const one = createActiveUsersSink();
    await one.sink.start();
    for (let second = 0; second < 600; second += 1) {
      for (let index = 0; index < 10; index += 1) {
        happens(one, 'session-start', `u${second}-${index}`);
      }
      one.clock.advance(1000);
      await written();
    }
    assert.ok(one.writes() <= 20, String(one.writes()));
  });

  test('each session with its own time', async () => {
    const first = createActiveUsersSink();
    await first.sink.start();
    happens(first, 'session-start', 'goran');
    first.clock.advance(20 * hour);
    happens(first, 'session-start', 'goran');
    happens(first, 'session-start', 'anna');
    first.clock.advance(2 * minute);
    const second = await killed(first);
    assert.deepEqual(second.announced, [2]);
    happens(second, 'session-stop', 'goran');
    assert.deepEqual(second.names().sort(), ['anna', 'goran']);
    second.clock.advance(4 * hour);
    assert.deepEqual(second.names(), ['anna']);
    second.clock.advance(20 * hour);
    assert.deepEqual(second.names(), []);
  });

  test('what version 1.0.0 wrote is read, and written in the new way', async () => {
    const clock = new ManualClock();
    const lastSeenMs = clock.now().getTime() - 23 * hour;
    const entry = (userId: string, more = {}) => ({
      ...{ host: 'sense1', userDirectory: 'LAB', userId, sessions: 1, implied: false },
      ...{ lastSeenMs, ...more },
    });
    const former = [
      ...[entry('goran'), entry('goran', { host: 'sense2' }), entry('twice', { sessions: 2 })],
      ...[entry('opened', { implied: true }), entry('timeless', { lastSeenMs: undefined })],
    ];
    const store = new Map([['users', JSON.stringify(former)]]);
    const first = createActiveUsersSink({ store, clock });
    await first.sink.start();
    assert.deepEqual(first.names().sort(), ['goran', 'opened', 'timeless', 'twice']);
    assert.deepEqual(
      [...first.sink.users.countByHost()],
      [
        ['sense1', 4],
        ['sense2', 1],
      ],
    );
    happens(first, 'session-start', 'opened');
    happens(first, 'session-stop', 'opened');
    happens(first, 'session-stop', 'twice');
    assert.deepEqual(first.names().sort(), ['goran', 'timeless', 'twice']);
    clock.advance(10 * minute);
    await written();
    assert.ok(!store.has('users'));
    const second = await killed(first);
    assert.deepEqual(second.names().sort(), ['goran', 'timeless', 'twice']);
    second.clock.advance(hour);
    assert.deepEqual(second.names(), ['timeless']);
  });

  for (const [name, store] of [
    ['by version 1.0.0', { users: '[{"host":1}]' }],
    ['for one user', { 'user/lab\ngoran': '{"sessions":[]}', 'user/lab\nanna': 'no JSON' }],
  ] as const) {
    test(`what is damaged is left out, with a word, as kept ${name}`, async () => {
      const intact =
        '{"userDirectory":"LAB","userId":"kim","source":"::1","sessions":[{"host":"a"}]}';
      const one = createActiveUsersSink({
        store: new Map(Object.entries({ ...store, 'user/lab\nkim': intact })),
      });
      await one.sink.start();
      assert.deepEqual(one.names(), ['kim']);
      assert.match(one.lines[0] ?? '', /^warn .*active users (is|are) lost/);
      one.clock.advance(minute);
      await written();
      assert.ok(![...one.store.keys()].some((key) => /goran|anna/.test(key)));
    });
  }

  test('a disk that takes nothing: one line when it begins, one when it ends, nothing lost', async () => {
    const one = createActiveUsersSink();
    await one.sink.start();
    const { set } = one.store;
    one.store.set = () => {
      throw new Error('no space left');
    };
    happens(one, 'session-start', 'goran');
    for (let index = 0; index < 10; index += 1) {
      one.clock.advance(minute);
      await written();
    }
    one.store.set = set;
    for (let index = 0; index < 2; index += 1) {
      one.clock.advance(minute);
      await written();
    }
    assert.equal(
      one.lines.filter((line) => /could not save the active users/.test(line)).length,
      1,
    );
    assert.equal(one.lines.filter((line) => /saved again/.test(line)).length, 1);
    assert.deepEqual((await killed(one)).names(), ['goran']);
  });
});

describe('a clock that is not set', () => {
  const never = () => false;

  test('who is seen before is kept for a day, however far the clock jumps', async () => {
    let isSet = false;
    let jumpMs = 0;
    const clock = new ManualClock('2026-01-01T00:00:00.000Z');
    const now = clock.now.bind(clock);
    clock.now = () => new Date(now().getTime() + jumpMs);
    const one = createActiveUsersSink({ clock, timeIsKnown: () => isSet });
    await one.sink.start();
    happens(one, 'session-start', 'goran', { timeUnknown: true });
    clock.advance(10 * minute);
    jumpMs = 300 * 24 * hour;
    isSet = true;
    clock.advance(10 * minute);
    happens(one, 'session-start', 'anna');
    clock.advance(23 * hour);
    assert.deepEqual(one.names(), ['goran', 'anna']);
    clock.advance(50 * minute);
    assert.deepEqual(one.names(), ['anna']);
    const after = await killed(one);
    assert.deepEqual(after.names(), ['anna']);
    after.clock.advance(hour);
    assert.deepEqual(after.names(), []);
  });

  test('set between an event and its turn: the event is no older for that', async () => {
    const one = createActiveUsersSink();
    await one.sink.start();
    const receivedAt = '2026-01-01T00:00:00.000Z';
    happens(one, 'session-start', 'goran', { receivedAt, timeUnknown: true });
    one.clock.advance(hour);
    assert.deepEqual(one.names(), ['goran']);
  });

  test('for ever: sessions end after a day all the same', async () => {
    const one = createActiveUsersSink({ timeIsKnown: never });
    await one.sink.start();
    happens(one, 'session-start', 'goran', { timeUnknown: true });
    one.clock.advance(2 * minute);
    const after = await killed(one, never);
    assert.deepEqual(after.names(), ['goran']);
    after.clock.advance(silentAfterMs);
    assert.deepEqual(after.names(), []);
  });

  test('at a start after three days without power: whoever was there then goes once it is set', async () => {
    const first = createActiveUsersSink();
    await first.sink.start();
    happens(first, 'session-start', 'goran');
    first.clock.advance(2 * minute);
    await written();

    let isSet = false;
    const clock = new ManualClock(first.clock.now().toISOString());
    const now = clock.now.bind(clock);
    clock.now = () => new Date(now().getTime() + (isSet ? 3 * 24 * hour : 0));
    const second = createActiveUsersSink({ store: first.store, clock, timeIsKnown: () => isSet });
    await second.sink.start();
    happens(second, 'session-start', 'anna', { timeUnknown: true });
    assert.deepEqual(second.names(), ['goran', 'anna']);
    isSet = true;
    clock.advance(2 * minute);
    assert.deepEqual(second.names(), ['anna']);
  });

  test('what waited for days at another broker is as old as it says', async () => {
    const one = createActiveUsersSink();
    await one.sink.start();
    const receivedAt = new Date(one.clock.now().getTime() - 23 * hour).toISOString();
    one.sink.accept(userEvent({ kind: 'session-start', userId: 'goran', receivedAt }));
    one.clock.advance(30 * minute);
    assert.deepEqual(one.names(), ['goran']);
    one.clock.advance(hour);
    assert.deepEqual(one.names(), []);
  });
});
