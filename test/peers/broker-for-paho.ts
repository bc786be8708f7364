// The broker as the interoperability suites of Eclipse Paho want it: everybody may do everything,
// but subscribe to `test/nosubscribe`. Usage: node --import=tsx test/peers/broker-for-paho.ts PORT
import { SignIns } from '../../src/access/sign-ins.ts';
import { Users } from '../../src/access/users.ts';
import { createPermissions } from '../../src/broker/access/permissions.ts';
import { Broker } from '../../src/broker/broker.ts';
import { TcpListener } from '../../src/broker/listeners/tcp-listener.ts';
import { BrokerStore } from '../../src/broker/store/broker-store.ts';
import { Health } from '../../src/health/health.ts';
import { LimitWatch } from '../../src/health/limit-watch.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { RetryPauses } from '../../src/platform/retry-pauses.ts';
import { testConfig } from '../support/test-app.ts';

const log = createLog({
  level: 'verbose',
  style: 'plain',
  now: () => new Date(),
  writeLine: (line) => console.log(line),
});
const health = new Health(systemClock, log);
const permissions = createPermissions(
  { anonymous: 'publish', personalData: 'anyone' },
  () => false,
);
const users = new Users([]);
const { limits } = testConfig().brokerConfig;
const retry = new RetryPauses(1000, 60_000, Math.random);
const broker = new Broker({
  permissions: {
    ...permissions,
    maySubscribe: (identity, filter) =>
      filter !== 'test/nosubscribe' && permissions.maySubscribe(identity, filter),
  },
  signIns: new SignIns({ users, residentBytes: () => 0, clock: systemClock, log }),
  users,
  removeNames: (_topic, payload) => payload,
  limits,
  store: new BrokerStore({
    // In memory only.
    state: { database: undefined },
    limits: { ...limits, queuedBytesPerClient: 8_388_608 },
    onDropped: () => {},
    onGiveWay: () => {},
    onLeftOut: () => {},
    clock: systemClock,
    log,
    retry,
  }),
  onMessage: () => {},
  isHeardFromAnybody: () => false,
  watch: new LimitWatch({ clock: systemClock, health: health.part('mqtt limits') }),
  version: '0.0.0-test',
  clock: systemClock,
  log,
});
const listener = new TcpListener({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 1883),
  scheme: 'mqtt',
  hostKey: 'the host',
  portKey: 'the port on the command line',
  onConnection: (socket) => broker.serve(socket, socket.remoteAddress),
  clock: systemClock,
  log,
  health: health.part('mqtt'),
  retry,
});
await broker.start();
await listener.start();
