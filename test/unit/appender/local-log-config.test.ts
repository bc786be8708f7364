import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeDatagram } from '../../../src/appender/datagram.ts';
import { conversionPattern, localLogConfig } from '../../../src/appender/local-log-config.ts';
import { eventKinds } from '../../../src/events/kinds.ts';
import type { Dialect } from '../../../src/events/user-event.ts';
import { parseDatagram } from '../../../src/ingest/parse.ts';
import { createUserAgentReader } from '../../../src/ingest/user-agent.ts';

const parse = (bytes: Uint8Array) => parseDatagram(bytes, createUserAgentReader());

/** What log4net would send for a row of the proxy's log. */
function layOut(pattern: string, row: Record<string, string>): string {
  return pattern.replace(
    /%property\{(\w+)\}|%(\w+)/g,
    (_, property, name) => row[property ?? name] ?? '',
  );
}

describe('LocalLogConfig.xml', () => {
  for (const variant of ['butler', 'butler-sos'] as const) {
    test(`${variant}: what its pattern makes of a log row is an event with all its fields`, () => {
      const xml = localLogConfig({ address: '10.0.0.5', port: 9997, variant });
      const patterns = [...xml.matchAll(/"conversionpattern" value="([^"]+)"/g)].map(
        ([, pattern]) => pattern ?? '',
      );
      assert.deepEqual(patterns, [
        conversionPattern(variant, 'session'),
        conversionPattern(variant, 'connection'),
      ]);
      for (const pattern of patterns) {
        const result = parse(
          Buffer.from(
            layOut(pattern, {
              hostname: 'sense1',
              Command: 'Open connection',
              UserDirectory: 'LAB',
              UserId: 'goran',
              Origin: 'AppAccess',
              Context: '/app/a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
              message: 'connection Opened for session; twice',
            }),
          ),
        );
        assert.ok(result.ok);
        const { browser: _, os: __, ...event } = result.event;
        assert.deepEqual(event, {
          kind: 'connection-open',
          command: 'Open connection',
          host: 'sense1',
          userDirectory: 'LAB',
          userId: 'goran',
          origin: 'AppAccess',
          context: '/app/a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
          message: 'connection Opened for session; twice',
          dialect: variant === 'butler' ? 'butler-6' : 'butler-sos',
          appId: 'a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
        });
      }
    });
  }

  test('escapes what it is given', () => {
    const xml = localLogConfig({ address: `"><x>&'`, port: 1, variant: 'butler' });
    assert.ok(xml.includes('value="&quot;&gt;&lt;x&gt;&amp;&apos;"'));
  });
});

describe('encodeDatagram', () => {
  for (const dialect of ['butler-4', 'butler-6', 'butler-sos'] satisfies Dialect[]) {
    for (const kind of eventKinds) {
      test(`${dialect}, ${kind}: is what the parser reads`, () => {
        const result = parse(
          encodeDatagram({
            kind,
            host: 'sense1',
            userDirectory: 'LAB',
            userId: 'goran',
            appId: 'a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
            userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
            dialect,
          }),
        );
        assert.ok(result.ok);
        assert.deepEqual(
          [result.event.kind, result.event.dialect, result.event.userId],
          [kind, dialect, 'goran'],
        );
        if (dialect !== 'butler-4') assert.equal(result.event.browser?.name, 'Firefox');
      });
    }
  }
});
