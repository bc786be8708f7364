import { createApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { silentLog } from '../../src/log.ts';
import { testConfig } from './test-app.ts';

/**
 * A program for tests that kill it: the appliance, whose broker anybody may publish on.
 * `node broker-worker.ts STATE-DIRECTORY`. Prints the broker's port once clients can connect.
 */
const [stateDirectory = ''] = process.argv.slice(2);

const app = createApp({
  config: testConfig([
    'brokerConfig.access.anonymous=publish',
    'webConfig.enable=false',
    'brokerConfig.limits.queuedPerClient=100000',
    'brokerConfig.limits.anonymousBytesPerHour=1000000000',
  ]),
  version: '0.0.0-test',
  slackToken: { tokenFile: '' },
  stateDirectory,
  openLamps: async () => ({
    lamps: {
      green: { set: () => {}, close: () => {} },
      red: { set: () => {}, close: () => {} },
    },
    description: 'lamps of a test',
  }),
  clock: systemClock,
  random: Math.random,
  log: silentLog,
});
await app.start();
console.log(`${app.ports.mqtt} ${app.ports.udp}`);
