import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { checkRemoteBroker } from '../../../src/check/check-remote-broker.ts';
import {
  type RemoteBrokerSettings,
  upstreamBroker,
} from '../../../src/remote-broker/remote-broker.ts';
import { freePort } from '../../support/free-port.ts';
import { startOtherBroker } from '../../support/other-broker.ts';

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

async function check(port: number, changed: Partial<RemoteBrokerSettings> = {}, ownPort = 1) {
  const broker = upstreamBroker({ ...settings, brokerPort: port, ...changed }, undefined);
  return checkRemoteBroker({
    name: 'Upstream broker',
    broker,
    locate: async () => ({ host: broker.settings.brokerHost, port }),
    ownPort,
    filters: ['blinky/event'],
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
      text: `127.0.0.1:${broker.port} lets this appliance in as anna`,
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
      [await check(port, { brokerUser: 'anna', brokerPassword: 'x' }), /refuses the user anna/],
      [await check(port), /wants a user and a password/],
      [await check(nobody), new RegExp(`^nothing listens at the upstream broker .*:${nobody}$`)],
      [await check(port, { brokerHost: 'no-such-host.invalid' }), /no-such-host\.invalid/],
      [await check(port, {}, port), /is the broker inside this appliance itself/],
      [
        await check(port, { brokerUser: 'anna', brokerPasswordFile: '/nowhere' }),
        /brokerPasswordFile \(\/nowhere\) is not there/,
      ],
    ] as const;
    for (const [{ result, text, remedy }, expected] of cases) {
      assert.equal(result, 'fault');
      assert.match(text, expected);
      assert.ok(remedy);
    }
  });
});
