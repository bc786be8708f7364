import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { checkRemoteBroker } from '../../../../src/bridge/link/check-remote-broker.ts';
import { upstreamBroker } from '../../../../src/bridge/link/remote-broker.ts';
import type { RemoteBrokerSettings } from '../../../../src/bridge/link/settings.ts';
import { freePort } from '../../../support/free-port.ts';
import { startOtherBroker } from '../../../support/other-broker.ts';
import { type StrictRules, startStrictBroker } from '../../../support/strict-broker.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { makeTestAuthority } from '../../../support/test-certificates.ts';

const settings: RemoteBrokerSettings = {
  brokerHost: '127.0.0.1',
  brokerPort: 1883,
  brokerUser: '',
  brokerPassword: '',
  brokerPasswordFile: '',
  brokerClientId: '',
  protocolVersion: 4,
  tls: { enable: false, caFile: '', certFile: '', keyFile: '' },
};

async function check(
  port: number,
  changed: Partial<RemoteBrokerSettings> = {},
  ownPort = 1,
  will?: { readonly topic: string; readonly retain: boolean },
) {
  const broker = upstreamBroker({ ...settings, brokerPort: port, ...changed }, undefined);
  return checkRemoteBroker({
    name: 'Upstream broker',
    broker,
    locate: async () => ({ host: broker.settings.brokerHost, port }),
    ownPort,
    filters: ['blinky/event'],
    ...(will && { will }),
    now: () => new Date(),
  });
}

const withUser = (context: TestContext) =>
  startOtherBroker(context, { user: 'anna', password: 'right' });

describe('blinky check and another broker', () => {
  test('that lets it in: as whom, and nothing is published', async (context) => {
    const broker = await withUser(context);
    const finding = await check(broker.port, { brokerUser: 'anna', brokerPassword: 'right' });
    assert.deepEqual(finding, {
      name: 'Upstream broker',
      result: 'ok',
      text: `127.0.0.1:${broker.port} accepts the connection as anna`,
    });
    assert.deepEqual(
      broker.heard.filter(({ topic }) => !topic.startsWith('$SYS')),
      [],
    );
  });

  test('a wrong password, nobody there, no such host, itself: the reason and the remedy', async (context) => {
    const broker = await withUser(context);
    const { port } = broker;
    const nobody = await freePort();
    const cases = [
      [await check(port, { brokerUser: 'anna', brokerPassword: 'x' }), /rejected the user anna/],
      [await check(port), /requires a user and a password/],
      [await check(nobody), new RegExp(`^connection refused by the upstream broker .*:${nobody}$`)],
      [await check(port, { brokerHost: 'no-such-host.invalid' }), /no-such-host\.invalid/],
      [await check(port, {}, port), /is this appliance's own broker/],
      [
        await check(port, { brokerUser: 'anna', brokerPasswordFile: '/nowhere' }),
        /brokerPasswordFile \(\/nowhere\) was not found/,
      ],
    ] as const;
    for (const [{ result, text, remedy }, expected] of cases) {
      assert.equal(result, 'fault');
      assert.match(text, expected);
      assert.ok(remedy);
    }
  });

  const will = { topic: 'blinky/status', retain: true };

  test('that takes nothing retained: what is found and what to set; nothing is published', async (context) => {
    const cases: readonly [StrictRules, 4 | 5, RegExp][] = [
      [{ retainedWill: 'cut' }, 4, /rejects retained messages$/],
      [{ retainedWill: 5 }, 4, /rejects retained messages$/],
      [{ properties: { retainAvailable: false } }, 5, /rejects retained messages$/],
      [{ will: 'cut' }, 4, /rejects the last will$/],
    ];
    for (const [rules, protocolVersion, expected] of cases) {
      const broker = await startStrictBroker(context, rules);
      const { result, text, remedy } = await check(broker.port, { protocolVersion }, 1, will);
      assert.equal(result, 'warn');
      assert.match(text, expected);
      assert.match(remedy ?? '', /^Set Butler\.mqttConfig\.retain to false/);
      assert.equal(broker.taken.length, 0);
      const unretained = { ...will, retain: false };
      const after = await check(broker.port, { protocolVersion }, 1, unretained);
      if (!rules.will) assert.equal(after.result, 'ok');
    }
  });

  test('the will that it is asked to take is never published', async (context) => {
    const broker = await startOtherBroker(context);
    assert.equal((await check(broker.port, {}, 1, will)).result, 'ok');
    assert.equal((await check(broker.port, { protocolVersion: 5 }, 1, will)).result, 'ok');
    assert.deepEqual(
      broker.heard.filter(({ topic }) => !topic.startsWith('$SYS')),
      [],
    );
  });

  test('a client certificate: wanted, in order, of no use', async (context) => {
    const authority = makeTestAuthority(temporaryFolder(context));
    const { caFile } = authority;
    const broker = await startStrictBroker(context, {
      tls: { ...authority.issue('localhost'), caFile },
    });
    const withFiles = (files: { readonly certFile: string; readonly keyFile: string }) =>
      check(broker.port, { brokerHost: 'localhost', tls: { enable: true, caFile, ...files } });
    assert.match(
      (await withFiles({ certFile: '', keyFile: '' })).text,
      /requires a client certificate$|closed the connection after the TLS handshake$/,
    );
    assert.equal((await withFiles(authority.issue('client'))).result, 'ok');
    const { result, text } = await withFiles(authority.issue('old', [-9, -1]));
    assert.equal(result, 'fault');
    assert.match(text, /^the client certificate in .*old\.pem expired on /);
  });
});
