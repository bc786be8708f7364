import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SharedHosts } from '../../../src/active-users/shared-hosts.ts';
import { mostSessions, UserSessions } from '../../../src/active-users/user-sessions.ts';

type Verb = 'start' | 'stop' | 'open' | 'close';

const hour = 60 * 60 * 1000;
const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Tue 08:30`, in ms since Monday's first moment. */
function timeOf(text: string): number {
  const [day = '', clock = ''] = text.split(' ');
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return (days.indexOf(day) * 24 + hours) * hour + minutes * 60_000;
}

/** What one user does, `Mon 08:00 start a` a line, and the hosts on which they are at any time. */
function play(...lines: string[]) {
  const sessions = new UserSessions(new SharedHosts());
  const events = lines.map((line) => {
    const [day, time, verb, host = 'a'] = line.split(' ');
    return { atMs: timeOf(`${day} ${time}`), verb: verb as Verb, host };
  });
  return {
    sessions,
    at(text: string): string[] {
      const now = timeOf(text);
      while (events[0] && events[0].atMs <= now) {
        const { atMs, verb, host } = events.splice(0, 1)[0] as (typeof events)[number];
        sessions.expire(atMs);
        sessions[verb](host, atMs);
      }
      sessions.expire(now);
      return [...new Set(sessions.all.map(({ host }) => host))];
    },
  };
}

describe('a stop that is lost', () => {
  const week = ['Tue', 'Wed', 'Thu', 'Fri'];

  test('of a user who comes every day: gone a day later, and not renewed by the days after', () => {
    const user = play(
      'Mon 08:00 start',
      ...week.flatMap((day) => [`${day} 08:00 start`, `${day} 17:00 stop`]),
    );
    assert.deepEqual(user.at('Mon 23:00'), ['a']);
    for (const day of week) {
      assert.deepEqual(user.at(`${day} 12:00`), ['a']);
      assert.deepEqual(user.at(`${day} 23:00`), []);
    }
  });

  test('with apps opened until the evening, also when the next day is shorter', () => {
    const user = play(
      ...['Mon 08:00 start', 'Mon 16:50 open'],
      ...['Tue 08:00 start', 'Tue 11:00 open', 'Tue 12:00 stop'],
      ...['Wed 08:00 start', 'Wed 09:00 open', 'Wed 17:00 stop'],
    );
    assert.deepEqual(user.at('Tue 16:50'), []);
    assert.deepEqual(user.at('Wed 16:59'), ['a']);
    assert.deepEqual(user.at('Wed 17:00'), []);
  });

  test('of somebody with a short session each morning', () => {
    const user = play(
      'Mon 08:00 start',
      ...week.flatMap((day) => [`${day} 08:30 start`, `${day} 08:50 stop`]),
    );
    for (const day of week) assert.deepEqual(user.at(`${day} 09:00`), []);
  });

  test('of a service restarted at noon: the new session shows by the evening that the old one is over', () => {
    const user = play(
      ...['Tue 08:00 start', 'Tue 11:55 open', 'Tue 12:05 start', 'Tue 13:00 open'],
      ...['Tue 17:00 stop', 'Tue 17:01 close'],
    );
    assert.deepEqual(user.at('Tue 17:01'), ['a'], 'it may be another browser');
    assert.deepEqual(user.at('Tue 23:00'), []);
  });

  test('of a service restarted at noon, whose users go on with another one', () => {
    const user = play('Tue 08:00 start a', 'Tue 12:05 start b', 'Tue 17:00 stop b');
    assert.deepEqual(user.at('Tue 12:10'), ['a', 'b']);
    assert.deepEqual(user.at('Tue 23:00'), []);
  });

  test('twice on one day', () => {
    const user = play(
      ...['Tue 08:00 start', 'Tue 10:00 start', 'Tue 12:00 start', 'Tue 17:00 stop'],
      ...['Wed 08:00 start', 'Wed 17:00 stop'],
    );
    assert.deepEqual(user.at('Tue 23:00'), []);
    assert.deepEqual(user.at('Wed 17:00'), []);
  });
});

describe('an honest session is not ended early', () => {
  test('of a night, in one app', () => {
    const user = play('Mon 19:00 start', 'Tue 07:00 stop');
    assert.deepEqual(user.at('Tue 06:59'), ['a']);
    assert.deepEqual(user.at('Tue 07:00'), []);
  });

  test('of a working day in one app, with a look at the phone', () => {
    const user = play(
      ...['Mon 08:00 start', 'Mon 12:05 start', 'Mon 12:40 stop', 'Mon 19:00 stop'],
    );
    assert.deepEqual(user.at('Mon 18:59'), ['a']);
    assert.deepEqual(user.at('Mon 19:00'), []);
  });

  test('beside another one of many hours, that ends first', () => {
    const user = play('Mon 08:00 start', 'Mon 09:00 start', 'Mon 17:00 stop', 'Mon 20:00 stop');
    assert.deepEqual(user.at('Mon 19:59'), ['a']);
    assert.deepEqual(user.at('Mon 20:00'), []);
  });

  test('that lasts for days on a screen, beside one each day', () => {
    const opens = days.flatMap((day) =>
      Array.from({ length: 24 }, (_, at) => `${day} ${String(at).padStart(2, '0')}:30 open`),
    );
    const lines = [
      ...opens,
      'Mon 00:00 start',
      ...days.slice(0, 5).flatMap((day) => [`${day} 08:00 start`, `${day} 17:00 stop`]),
    ].sort((one, other) => timeOf(one.slice(0, 9)) - timeOf(other.slice(0, 9)));
    const screen = play(...lines);
    for (const day of days) {
      for (let at = 1; at < 24; at += 1) {
        assert.deepEqual(screen.at(`${day} ${at}:00`), ['a'], `${day} ${at}:00`);
      }
    }
  });

  test('of a program: dozens at a time, each for half an hour, day and night', () => {
    const program = new UserSessions(new SharedHosts());
    const minute = 60_000;
    for (let at = 0; at < 3 * 24 * 60; at += 1) {
      program.expire(at * minute);
      program.start('a', at * minute);
      if (at >= 30) program.stop('a', at * minute);
      if (at >= 30) assert.equal(program.count, 30, `minute ${at}`);
    }
  });
});

describe('several hosts', () => {
  const cases: readonly [string, string[], string[]][] = [
    ['the stop comes from another proxy', ['start a', 'stop b'], []],
    ['so do two stops of two sessions', ['start a', 'start a', 'stop b', 'stop b'], []],
    ['and one stop ends one of them', ['start a', 'start a', 'stop b'], ['a']],
    ['the connection is logged by another proxy', ['start a', 'open b'], ['a', 'b']],
    ['and goes with the session', ['start a', 'open b', 'stop a'], []],
    ['wherever its stop is logged', ['start a', 'open b', 'stop b'], []],
    ['even by a third', ['start a', 'open b', 'stop c'], []],
    ['a start of its own makes it a session', ['start a', 'open b', 'start b', 'stop a'], ['b']],
    ['a connection before any start is one, too', ['open b', 'start a', 'stop a'], ['b']],
    ['host names compare without regard to case', ['start a', 'stop A'], []],
    ['which of two is meant is not guessed', ['start a', 'start b', 'stop c'], ['a', 'b']],
  ];
  for (const [name, steps, expected] of cases) {
    test(name, () => {
      const user = play(...steps.map((step, index) => `Mon 08:${10 + index} ${step}`));
      assert.deepEqual(user.at('Mon 09:00'), expected);
    });
  }

  test('a stop that may mean any of two: neither lasts longer than a day in one app', () => {
    const user = play('Mon 08:00 start a', 'Mon 09:00 start b', 'Mon 17:00 stop c');
    assert.deepEqual(user.at('Mon 20:59'), ['a', 'b']);
    assert.deepEqual(user.at('Mon 21:00'), []);
  });
});

test('one user fills no memory', () => {
  const sessions = new UserSessions(new SharedHosts());
  for (let at = 0; at < 1000; at += 1) sessions.start(`host${at}`, at);
  assert.equal(sessions.count, mostSessions);
});
