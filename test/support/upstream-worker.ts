import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { upstreamBroker } from '../../src/bridge/link/remote-broker.ts';
import { UpstreamSink, upstreamLimits } from '../../src/bridge/upstream/upstream-sink.ts';
import { defaultConfig } from '../../src/config/load.ts';
import { Health } from '../../src/health/health.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { RetryPauses } from '../../src/platform/retry-pauses.ts';
import { StatePublisher } from '../../src/publications/state-publisher.ts';
import { State } from '../../src/storage/state.ts';
import { userEvent } from './events.ts';

/**
 * A program for tests that kill it: takes events as they come and sends them upstream.
 * `node upstream-worker.ts STATE-DIRECTORY PORT FIRST-NUMBER`: the users are called by numbers from
 * FIRST-NUMBER on. Prints `N` once the events before number N are accepted.
 */
const [directory = '', port = '', first = '0'] = process.argv.slice(2);

const health = new Health(systemClock, silentLog);
const retry = new RetryPauses(50, 500, Math.random);
const state = new State({ directory, clock: systemClock, health: health.part('state'), retry });
await state.open();
const { mqttConfig } = defaultConfig();
const settings = { ...mqttConfig, brokerHost: '127.0.0.1', brokerPort: Number(port) };
const sink = new UpstreamSink({
  broker: upstreamBroker(settings, undefined),
  mqtt: mqttConfig,
  topicPrefix: '',
  retain: true,
  clientId: async () => 'blinky-worker-upstream',
  isOwnBroker: () => false,
  cameFrom: () => false,
  statePublisher: new StatePublisher(mqttConfig),
  subscriptions: [],
  onMessage: () => {},
  state,
  clock: systemClock,
  random: Math.random,
  log: silentLog,
  health: health.part('upstream'),
  outboxHealth: health.part('upstream outbox'),
  limits: { ...upstreamLimits, firstRetryMs: 50, longestRetryMs: 300 },
});
await sink.start();

for (let next = Number(first); ; ) {
  const end = next + 1 + Math.floor(Math.random() * 20);
  for (; next < end; next += 1) {
    sink.accept(userEvent({ userId: `u${next}`, receivedAt: new Date().toISOString() }));
  }
  await sink.written();
  // Unbuffered: what was accepted is known even of a program that is killed now.
  writeSync(1, `${next}\n`);
  await pause(5 + Math.random() * 10);
}
