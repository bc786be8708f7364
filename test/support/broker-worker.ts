import { colours } from '../../hardware/lamp.ts';
import { hashPassword } from '../../src/access/password.ts';
import { createApp } from '../../src/appliance/appliance.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { recordOf } from '../../src/platform/record-of.ts';
import { testConfig } from './test-app.ts';

/**
 * A program for tests that kill it: the appliance, on whose broker anna may publish.
 * `node broker-worker.ts STATE-DIRECTORY PASSWORD`. Prints the broker's port once clients can connect.
 */
const [stateDirectory = '', password = ''] = process.argv.slice(2);

const app = createApp({
  config: testConfig([
    `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword(password)}"}]`,
    'webConfig.enable=false',
    'brokerConfig.limits.queuedPerClient=100000',
  ]),
  version: '0.0.0-test',
  slackToken: { tokenFile: '' },
  stateDirectory,
  openLamps: async () => ({
    lamps: recordOf(colours, () => ({ set: () => {}, close: () => {} })),
    description: 'lamps of a test',
  }),
  clock: systemClock,
  random: Math.random,
  log: silentLog,
});
await app.start();
console.log(`${app.ports.mqtt} ${app.ports.udp}`);
