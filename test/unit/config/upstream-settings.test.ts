import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkConfigText } from '../../../src/config/load.ts';

const load = (text: string) => checkConfigText('blinky.yaml', text);

describe('the settings of another broker', () => {
  for (const section of ['mqttConfig', 'satelliteConfig']) {
    const withTls = (tls: string) =>
      load(`Butler:\n  ${section}:\n    brokerHost: x\n    tls: ${tls}\n`);

    test(`${section}: a client certificate has its key, and is sent over TLS`, () => {
      withTls('{ enable: true, certFile: c.pem, keyFile: k.pem }');
      assert.throws(
        () => withTls('{ enable: true, certFile: c.pem }'),
        new RegExp(
          `^ConfigError: blinky.yaml:4: Butler.${section}.tls.keyFile: found nothing.*c.pem`,
        ),
      );
      assert.throws(
        () => withTls('{ enable: true, keyFile: k.pem }'),
        new RegExp(`Butler.${section}.tls.certFile: found nothing.*k.pem`),
      );
      assert.throws(
        () => withTls('{ certFile: c.pem, keyFile: k.pem }'),
        new RegExp(
          `Butler.${section}.tls.enable: found false; allowed: true, since .*only sent over TLS`,
        ),
      );
    });

    test(`${section}: the version is 4 or 5`, () => {
      const version = (value: string) =>
        load(`Butler:\n  ${section}: { protocolVersion: ${value} }\n`);
      assert.equal(version('5').config.mqttConfig.retain, true);
      for (const wrong of ['3', '3.1.1', '6', 'mqtt5', '"5"']) {
        assert.throws(() => version(wrong), /allowed: 4 \(MQTT 3\.1\.1\) or 5 \(MQTT 5\)$/);
      }
    });
  }

  test('retain is for the upstream broker: a satellite sends nothing', () => {
    const { config } = load('Butler:\n  mqttConfig: { retain: false }\n');
    assert.equal(config.mqttConfig.retain, false);
    const { warnings } = load('Butler:\n  satelliteConfig: { retain: false }\n');
    assert.match(warnings[0] ?? '', /satelliteConfig\.retain: unknown setting/);
  });

  test("Butler's connection to Azure Event Grid: each key with what to set instead", () => {
    const grid = (enable: boolean) =>
      load(`Butler:
  mqttConfig:
    brokerHost: x.westeurope-1.ts.eventgrid.azure.net
    azureEventGrid:
      enable: ${enable}
      clientId: butler
      clientCertFile: client.pem
      clientKeyFile: client.key
`);
    const { warnings, unusedButlerKeys } = grid(true);
    assert.deepEqual(
      warnings.map((line) => line.replace(/: not used by Blinky.*/, '')),
      [
        'blinky.yaml:5: Butler.mqttConfig.azureEventGrid.enable',
        'blinky.yaml:6: Butler.mqttConfig.azureEventGrid.clientId',
        'blinky.yaml:7: Butler.mqttConfig.azureEventGrid.clientCertFile',
        'blinky.yaml:8: Butler.mqttConfig.azureEventGrid.clientKeyFile',
      ],
    );
    const told = warnings.join('\n');
    for (const key of ['retain', 'tls.enable', 'brokerClientId', 'tls.certFile', 'tls.keyFile']) {
      assert.match(
        told,
        new RegExp(`set Butler.*Butler\\.mqttConfig\\.${key}|set Butler\\.mqttConfig\\.${key}`),
      );
    }
    assert.deepEqual(unusedButlerKeys, []);
    assert.deepEqual(grid(false).warnings, []);
    assert.deepEqual(grid(false).unusedButlerKeys, ['mqttConfig.azureEventGrid']);
  });
});
