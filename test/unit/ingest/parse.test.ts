import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { eventKinds, kinds } from '../../../src/events/kinds.ts';
import {
  parseDatagram,
  type RejectionReason,
  rejectionReasons,
} from '../../../src/ingest/parse.ts';
import { createUserAgentReader } from '../../../src/ingest/user-agent.ts';
import { datagramFixtures } from '../../fixtures/datagrams.ts';

const readUserAgent = createUserAgentReader();
const parse = (bytes: Uint8Array | string) =>
  parseDatagram(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, readUserAgent);

function parsed(bytes: Uint8Array | string) {
  const result = parse(bytes);
  assert.ok(result.ok, `rejected: ${!result.ok && result.reason}`);
  return result.event;
}

describe('parseDatagram', () => {
  for (const { name, bytes, event } of datagramFixtures) {
    test(name, () => {
      const whole: Record<string, unknown> = { ...parsed(bytes) };
      const told = Object.keys(event).map((key) => [key, whole[key]]);
      assert.deepEqual(Object.fromEntries(told), event);
    });
  }

  const rejected: readonly [string, string, RejectionReason][] = [
    ['nothing', '', 'empty'],
    ['line breaks only', '\r\n \n', 'empty'],
    ['the prefix of the faulty sample file', '/proxy-user-event/;h;s;c;m', 'wrong-appender'],
    ['that prefix in capitals', '/PROXY-USER-EVENT/;h', 'wrong-appender'],
    ['a prefix of another Butler message', '/scheduler-reload-failed/;host;task', 'unknown-prefix'],
    ['a prefix and nothing behind it', '/proxy-session/', 'unknown-prefix'],
    ['the test message of Butler 2', 'Abc;123;456;test', 'unknown-command'],
    ['text without any separator', 'hello', 'unknown-command'],
    [
      'a command other than the four',
      '/proxy-session/;h;Delete session;LAB;goran;;;',
      'unknown-command',
    ],
    ['no host', '/proxy-session/; ;Start session;LAB;goran;;;', 'missing-host'],
    ['no user', '/proxy-session/;h;Start session;LAB;\t;;;', 'missing-user'],
    ['fields missing at the end', 'h;Start session;LAB', 'missing-user'],
  ];
  for (const [name, datagram, reason] of rejected) {
    test(`rejects ${name}`, () => assert.deepEqual(parse(datagram), { ok: false, reason }));
  }

  test('the user directory may be empty', () => {
    assert.equal(parsed('h;Start session;;goran').userDirectory, '');
  });

  test('cuts fields at their lengths', () => {
    const long = 'x'.repeat(5000);
    const event = parsed(`${long};Start session;${long};${long};${long};${long};${long}`);
    assert.deepEqual(
      [
        event.host,
        event.userDirectory,
        event.userId,
        event.origin,
        event.context,
        event.message,
      ].map(({ length }) => length),
      [100, 100, 100, 200, 500, 1000],
    );
  });

  test('does not cut a character in two', () => {
    const event = parsed(`h;Start session;LAB;${'x'.repeat(99)}😀`);
    assert.equal(event.userId, 'x'.repeat(99));
  });

  test('control characters and direction marks are never passed on', () => {
    const event = parsed('ho\u0007st;Start session;L\u0085AB;go\u202eran\u2028;;;a\nb');
    assert.deepEqual(
      [event.host, event.userDirectory, event.userId, event.message],
      ['ho st', 'L AB', 'go ran', 'a b'],
    );
  });

  test('finds an app id anywhere in the context', () => {
    const id = 'e7af59a0-c243-480d-9571-08727551a66f';
    const appIdOf = (context: string) => parsed(`h;Open connection;LAB;u;o;${context};m`).appId;
    assert.equal(appIdOf(`/app/${id}?reloaduri=x`), id);
    assert.equal(appIdOf(`app/${id}`), id);
    assert.equal(appIdOf(`/app/${id}/sheet/1`), id);
    const found = [
      `/vp1/app/${id}?reloaduri=x`,
      `/sense/app/${id}/overview`,
      `app/${id}#x`,
      `sense/app/${id}`,
      `/a/b/app/${id}/sheet/1?x=/app/2`,
      `/app/12345678/app/${id}`,
      `/${'long/'.repeat(100)}app/${id}`,
    ];
    for (const context of found) assert.equal(appIdOf(context), id, context);
    assert.equal(appIdOf(`/VP1/APP/${id.toUpperCase()}`), id.toUpperCase());
    const none = [`/app/${id}0`, '/app/12345678', `/myapp/${id}`, `/app/${id}x/`, `/app/x${id}`];
    for (const context of none) assert.equal(appIdOf(context), undefined, context);
  });

  test('any bytes: an event without unsafe characters, or a known reason', () => {
    const field = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '',
        ' ',
        ...eventKinds.map((kind) => kinds[kind].command),
        'Open connection\0',
        '/app/x?',
      ),
    );
    const datagram = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc
        .tuple(
          fc.constantFrom(
            '',
            '/proxy-session/;',
            '/qseow-proxy-connection/;',
            '/proxy-user-event/;',
            '\ufeff',
          ),
          fc.array(field, { maxLength: 12 }),
        )
        .map(([prefix, fields]) => Buffer.from(prefix + fields.join(';'))),
    );
    fc.assert(
      fc.property(datagram, (bytes) => {
        const result = parse(bytes);
        if (!result.ok) return rejectionReasons.includes(result.reason);
        const { host, userId, userDirectory, origin, context, message } = result.event;
        assert.ok(host !== '' && userId !== '');
        for (const value of [host, userId, userDirectory, origin, context, message]) {
          assert.doesNotMatch(value, /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
          assert.ok(value.isWellFormed() && value === value.trim());
        }
        return true;
      }),
      { numRuns: 2000 },
    );
  });

  test('field contents are preserved, whatever they are', () => {
    const safe = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map((value) =>
        value
          .replace(/[;\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
          .trim(),
      );
    const name = safe.filter(
      (value) => value !== '' && !value.startsWith('/') && !value.startsWith('\ufeff'),
    );
    fc.assert(
      fc.property(name, safe, name, safe, (host, userDirectory, userId, message) => {
        const event = parsed(
          `/proxy-session/;${host};Stop session;${userDirectory};${userId};o;c;${message};${message}`,
        );
        assert.deepEqual(
          [event.host, event.userDirectory, event.userId, event.message],
          [host, userDirectory, userId, `${message};${message}`.trim()],
        );
      }),
    );
  });
});
