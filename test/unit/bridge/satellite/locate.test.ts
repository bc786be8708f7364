import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RemoteBrokerFault } from '../../../../src/bridge/link/remote-broker-fault.ts';
import type { FoundService } from '../../../../src/bridge/satellite/browse.ts';
import { createLocator } from '../../../../src/bridge/satellite/locate.ts';

const service = (instance: string, address: string, port = 1883): FoundService => ({
  instance,
  host: `${instance.toLowerCase().replace(/\W/g, '-')}.local`,
  address,
  port,
});

const locate = (brokerHost: string, found: readonly FoundService[], tls = false) =>
  createLocator({
    settings: {
      brokerHost,
      brokerPort: 8883,
      tls: { enable: tls, caFile: '', certFile: '', keyFile: '' },
    },
    browse: async () => found,
    isOwnBroker: ({ host, port }) => host === '10.0.0.1' && port === 1883,
  })();

describe("where the satellite's broker is", () => {
  test('a name is left to the system', async () => {
    assert.deepEqual(await locate('blinky.local', []), { host: 'blinky.local', port: 8883 });
  });

  test('auto: an appliance before other brokers, and never itself', async () => {
    const found = [
      service('Mosquitto', '10.0.0.3'),
      service('Blinky Light', '10.0.0.1'),
      service('Blinky Light on blinky-2', '10.0.0.2', 1884),
    ];
    assert.deepEqual(await locate('auto', found), { host: '10.0.0.2', port: 1884 });
    assert.deepEqual(await locate('auto', found.slice(0, 2)), { host: '10.0.0.3', port: 1883 });
  });

  test('auto with TLS: the name that stands in the certificate, at the port of the settings', async () => {
    const found = [service('Blinky Light', '10.0.0.2')];
    assert.deepEqual(await locate('auto', found, true), { host: 'blinky-light.local', port: 8883 });
  });

  test('auto with nobody there: what to do', async () => {
    await assert.rejects(locate('auto', []), (error) => {
      assert.ok(error instanceof RemoteBrokerFault);
      assert.match(error.message, /no other broker found/);
      assert.match(error.fault.remedy, /Butler\.satelliteConfig\.brokerHost/);
      return true;
    });
  });
});
