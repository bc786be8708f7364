import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { checks } from '../../../src/cli/checks.ts';
import { defaultConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import type { Finding } from '../../../src/health/finding.ts';
import type { RunningAppliance } from '../../../src/health/running-appliance.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Ports that nobody has, and lights that are not there. */
function testConfig(context: TestContext): Config {
  const config = defaultConfig();
  return {
    ...config,
    stateDirectory: temporaryFolder(context),
    udpServerConfig: {
      ...config.udpServerConfig,
      serverHost: '127.0.0.1',
      portSessionConnectionEvents: 0,
    },
    lightConfig: { ...config.lightConfig, driver: 'simulated' },
    brokerConfig: {
      ...config.brokerConfig,
      host: '127.0.0.1',
      port: 0,
      tls: { ...config.brokerConfig.tls, enable: true, port: 0 },
    },
    webConfig: { ...config.webConfig, host: '127.0.0.1', port: 0 },
  };
}

async function findingsOf(config: Config, running?: RunningAppliance): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const input = {
      config,
      environment: {},
      now: () => new Date('2026-11-27T12:00:00Z'),
      post: false,
      ask: undefined,
      running: async () => running,
    };
    for await (const finding of check(input)) findings.push(finding);
  }
  return findings;
}

/** Without what is said of the machine that the test runs on. */
const namesOf = (findings: readonly Finding[]) =>
  findings.map(({ name }) => name).filter((name) => !/^(?:Receive buffer|Driver )/.test(name));

test('every part is looked at, in order; what is off says so', async (context) => {
  const findings = await findingsOf(testConfig(context));
  assert.deepEqual(namesOf(findings), [
    'State directory',
    'Database',
    'Clock',
    'UDP port 0',
    'TCP port 0',
    'TCP port 0',
    'TCP port 0',
    'TLS certificate',
    'Slack',
    'Upstream broker',
    "Satellite's broker",
    'Board',
    'Lights',
  ]);
  assert.deepEqual(
    findings.filter(({ result }) => result === 'fault'),
    [],
  );
});

test('a port in use is a fault, unless the appliance that runs here has it', async (context) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  context.after(() => socket.close());
  await once(socket, 'listening');
  const { port } = socket.address();
  const config = testConfig(context);
  const taken = {
    ...config,
    udpServerConfig: { ...config.udpServerConfig, portSessionConnectionEvents: port },
  };
  const udp = (findings: readonly Finding[]) =>
    findings.find(({ name }) => name === `UDP port ${port}`);
  assert.equal(udp(await findingsOf(taken))?.result, 'fault');

  const faultCode = { flashes: 3, meaning: 'no network', remedy: 'plug it in' };
  const senders = [{ address: '10.0.0.7', events: 2, rejected: {} }];
  const findings = await findingsOf(taken, { version: '1.0.0', faultCode, senders });
  assert.equal(udp(findings)?.result, 'ok');
  assert.deepEqual(namesOf(findings).slice(3, 6), ['Blinky', 'Red light', 'Sender 10.0.0.7']);

  const off = { ...taken, udpServerConfig: { ...taken.udpServerConfig, enable: false } };
  const names = namesOf(await findingsOf(off, { version: '1.0.0', senders }));
  assert.ok(!names.some((name) => /^UDP|^Sender/.test(name)), names.join());
});
