import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dialect } from '../../../src/events/user-event.ts';
import type { ParsedEvent } from '../../../src/ingest/parse.ts';
import { RepeatedEvents } from '../../../src/ingest/repeated-events.ts';

const opened: ParsedEvent = {
  kind: 'connection-open',
  command: 'Open connection',
  host: 'sense1',
  userDirectory: 'LAB',
  userId: 'goran',
  origin: 'AppAccess',
  context: '/app/a',
  message: 'm',
  dialect: 'butler-6',
};
const session = 'connection Opened for session 3f2b8c1e-0a4d-4d6c-9a53-7c1e5b2f9a10';

const dialectOf: Record<string, Dialect> = { '4': 'butler-4', '6': 'butler-6', S: 'butler-sos' };

/**
 * What counts of events written as `6`, `S` or `4` for the dialect, the app, and the time in ms
 * when it is not the one before: `6a@100`.
 */
function counted(script: string): string {
  const repeated = new RepeatedEvents();
  let ms = 0;
  return script
    .split(' ')
    .filter((written) => {
      const [, dialect = '', app = '', at] = /^(.)([a-z]?)(?:@(\d+))?$/.exec(written) ?? [];
      ms = at === undefined ? ms : Number(at);
      const context = app === '' ? '' : `/app/${app}`;
      const event = { ...opened, dialect: dialectOf[dialect] ?? 'butler-6', context };
      return repeated.firstDialectOf(event, '10.0.0.7', ms) === undefined;
    })
    .join(' ');
}

describe('the same event again', () => {
  for (const [name, script, expected] of [
    ['both files installed: the first counts', '6a Sa', '6a'],
    ['in the other order', 'Sa 6a', 'Sa'],
    ['all three files', '4 6a Sa', '4'],
    ['a relay that is late', '6a@0 Sa@900', '6a@0'],
    ['another event, later', '6a@0 Sa@1001', '6a@0 Sa@1001'],
    ['one file, two events', '6a 6a', '6a 6a'],
    ['one file, many events', 'Sa Sa Sa Sa', 'Sa Sa Sa Sa'],
    ['both files, two events', '6a Sa 6a Sa', '6a 6a'],
    ['both files, two events, mixed', '6a 6a Sa Sa', '6a 6a'],
    ['two apps at once', '6a 6b Sb Sa', '6a 6b'],
    ['two apps, one file each', '6a Sb', '6a Sb'],
    ['two apps, without a context in one file', '4 4 6a 6b', '4 4'],
    ['one datagram lost', '6a 6a Sa 6a Sa Sa', '6a 6a 6a'],
    ['one datagram lost, of the first', '6a Sa Sa', '6a Sa'],
    ['files changed', '6a@0 6a@300 6a@600 Sa@2000 Sa@2300', '6a@0 6a@300 6a@600 Sa@2000 Sa@2300'],
  ] as const) {
    test(`${name}: ${script}`, () => assert.equal(counted(script), expected));
  }

  test('different senders, hosts, users or kinds are different events', () => {
    const others: [Partial<ParsedEvent>, string][] = [
      [{}, '10.0.0.8'],
      [{ host: 'sense2' }, '10.0.0.7'],
      [{ userId: 'anna' }, '10.0.0.7'],
      [{ userDirectory: 'HQ' }, '10.0.0.7'],
      [{ kind: 'connection-close' }, '10.0.0.7'],
    ];
    const repeated = new RepeatedEvents();
    assert.equal(repeated.firstDialectOf(opened, '10.0.0.7', 0), undefined);
    for (const [other, source] of others) {
      const event = { ...opened, dialect: 'butler-sos' as const, ...other };
      assert.equal(repeated.firstDialectOf(event, source, 1), undefined, JSON.stringify(other));
    }
    const again = { ...opened, dialect: 'butler-sos' as const, message: 'other words' };
    assert.equal(repeated.firstDialectOf(again, '10.0.0.7', 1), 'butler-6');
  });

  for (const [name, message, afterMs, isNew] of [
    ['names a session: one event', session, 5, false],
    ['names a time: one event', '2026-11-27 08:00:00,123 connection Opened', 5, false],
    ['names a session, but comes later: two events', session, 60, true],
    ['names nothing: two events', 'connection Opened for session', 0, true],
  ] as const) {
    test(`the same datagram again that ${name}`, () => {
      const repeated = new RepeatedEvents();
      repeated.firstDialectOf({ ...opened, message }, '10.0.0.7', 0);
      const found = repeated.firstDialectOf({ ...opened, message }, '10.0.0.7', afterMs);
      assert.equal(found === undefined, isNew);
    });
  }

  test('a datagram that differs in one field is a new event', () => {
    for (const other of [{ context: '/app/b' }, { origin: '' }, { message: `${session}.` }]) {
      const repeated = new RepeatedEvents();
      repeated.firstDialectOf({ ...opened, message: session }, '10.0.0.7', 0);
      const event = { ...opened, message: session, ...other };
      assert.equal(repeated.firstDialectOf(event, '10.0.0.7', 0), undefined);
    }
  });

  test('is found among many others that arrive in between', () => {
    const repeated = new RepeatedEvents();
    repeated.firstDialectOf(opened, '10.0.0.7', 0);
    for (let other = 0; other < 100; other += 1) {
      repeated.firstDialectOf({ ...opened, userId: `u${other}` }, '10.0.0.9', 10);
    }
    const again = { ...opened, dialect: 'butler-sos' as const };
    assert.equal(repeated.firstDialectOf(again, '10.0.0.7', 20), 'butler-6');
  });
});
