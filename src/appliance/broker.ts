import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { SignIns } from '../access/sign-ins.ts';
import type { Users } from '../access/users.ts';
import { LimitReports } from '../broker/access/limit-reports.ts';
import { createPermissions } from '../broker/access/permissions.ts';
import { Broker } from '../broker/broker.ts';
import { BrokerSink } from '../broker/broker-sink.ts';
import { createMqttWebSocket } from '../broker/listeners/mqtt-web-socket.ts';
import { TcpListener } from '../broker/listeners/tcp-listener.ts';
import { TlsListener } from '../broker/listeners/tls-listener.ts';
import { BrokerStore } from '../broker/store/broker-store.ts';
import { storeMetrics } from '../broker/store/store-metrics.ts';
import { createNameRemover } from '../broker/without-names.ts';
import type { Config } from '../config/schema.ts';
import type { PartHealth } from '../health/health.ts';
import { LimitWatch } from '../health/limit-watch.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';
import type { Announcer } from '../publications/announcer.ts';
import { createReservedTopics } from '../publications/reserved-topics.ts';
import type { State } from '../storage/state.ts';
import { GivenCertificate } from '../tls/given-certificate.ts';
import { OwnCertificate } from '../tls/own-certificate.ts';
import { ownAddresses } from '../web/own-addresses.ts';

export interface BrokerPartsOptions {
  readonly config: Pick<Config, 'brokerConfig' | 'mqttConfig'>;
  readonly signIns: SignIns;
  readonly users: Users;
  /** Tells how things are. */
  readonly announcer: Announcer;
  /** Does what clients ask for. */
  readonly onRequest: (topic: string, payload: Buffer) => void;
  /** Where Home Assistant says that it has started. */
  readonly birthTopic: string;
  readonly state: Pick<State, 'database'>;
  readonly stateDirectory: string;
  readonly version: string;
  /** What a part that reaches outside works with, by the part's name. */
  readonly partTools: (name: string) => {
    readonly clock: Clock;
    readonly log: Log;
    readonly health: PartHealth;
    readonly retry: RetryPauses;
  };
}

/** Bounds on what clients can make the appliance keep that nobody should have to set. */
const storeLimits = { queuedBytesPerClient: 8_388_608 };

/** Builds the broker, what clients reach it through, and the sink that publishes on it. */
export function createBrokerParts({
  config,
  signIns,
  users,
  announcer,
  onRequest,
  birthTopic,
  state,
  stateDirectory,
  version,
  partTools,
}: BrokerPartsOptions) {
  const { brokerConfig, mqttConfig } = config;
  const tools = partTools('mqtt');
  const watch = new LimitWatch(partTools('mqtt limits'));
  const reports = new LimitReports(watch, tools.log);
  const store = new BrokerStore({
    ...partTools('mqtt'),
    state,
    limits: { ...brokerConfig.limits, ...storeLimits },
    onDropped: (session, reason) => {
      broker.figures.dropped += 1;
      reports.dropped(session, reason);
    },
    onGiveWay: (session, needed) => {
      broker.figures.sessionsEnded += 1;
      reports.sessionGivesWay(session, needed);
      broker.endConnectionOf(session.clientId);
    },
    onLeftOut: (leftOut) => reports.leftOut(leftOut),
  });
  const broker = new Broker({
    store,
    version,
    permissions: createPermissions(brokerConfig.access, createReservedTopics(mqttConfig)),
    signIns,
    users,
    removeNames: createNameRemover(mqttConfig),
    limits: brokerConfig.limits,
    onMessage: onRequest,
    isHeardFromAnybody: (topic) => topic === birthTopic,
    watch,
    clock: tools.clock,
    log: tools.log,
  });
  const listener = new TcpListener({
    ...tools,
    host: brokerConfig.host,
    port: brokerConfig.port,
    scheme: 'mqtt',
    hostKey: 'Butler.brokerConfig.host',
    portKey: 'Butler.brokerConfig.port',
    onConnection: (socket) => broker.serve(socket, socket.remoteAddress),
  });
  const tls = brokerConfig.tls.enable
    ? createTlsListener(config, stateDirectory, partTools('mqtt tls'), broker)
    : undefined;
  const webSocket = createMqttWebSocket({
    serve: (stream, remoteAddress) => broker.serve(stream, remoteAddress),
    packetBytes: brokerConfig.limits.packetBytes,
    clock: tools.clock,
  });
  const sink = new BrokerSink({
    mqtt: mqttConfig,
    announcer,
    broker,
    listeners: [listener, ...(tls ? [tls.listener] : [])],
  });
  const metrics = [...broker.figures.metrics, ...storeMetrics(store), ...watch.metrics];
  return { broker, listener, tls, webSocket, sink, metrics };
}

/** Builds what accepts clients over TLS: with the certificate that the settings name, or one's own. */
function createTlsListener(
  { brokerConfig }: BrokerPartsOptions['config'],
  stateDirectory: string,
  tools: ReturnType<BrokerPartsOptions['partTools']>,
  broker: Broker,
) {
  const { port, certFile, keyFile } = brokerConfig.tls;
  const source =
    certFile === ''
      ? new OwnCertificate({
          directory: join(stateDirectory, 'tls'),
          hostName: hostname().split('.')[0] ?? '',
          addresses: () => ownAddresses(networkInterfaces, undefined).map(({ address }) => address),
          now: () => tools.clock.now(),
          log: tools.log,
        })
      : new GivenCertificate({ cert: certFile, key: keyFile }, () => tools.clock.now());
  const listener = new TlsListener({
    ...tools,
    host: brokerConfig.host,
    port,
    source,
    connectionsPerSecond: brokerConfig.limits.connectionsPerSecond,
    figures: broker.figures,
    onConnection: (socket) => broker.serve(socket, socket.remoteAddress),
  });
  return { listener, authority: () => source.authority };
}
