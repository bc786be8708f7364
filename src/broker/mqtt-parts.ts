import { hostname } from 'node:os';
import { join } from 'node:path';
import type { SignIns } from '../access/sign-ins.ts';
import type { Users } from '../access/users.ts';
import { offPart, type Part, type PartTools, sinkPart } from '../appliance/part.ts';
import { LimitWatch } from '../health/limit-watch.ts';
import type { Metric } from '../health/metrics.ts';
import type { PublicationSettings } from '../publications/event-publications.ts';
import {
  createReservedTopics,
  type ReservedTopicSettings,
} from '../publications/reserved-topics.ts';
import type { StatePublisher } from '../publications/state-publisher.ts';
import type { State } from '../storage/state.ts';
import { GivenCertificate } from '../tls/given-certificate.ts';
import { OwnCertificate } from '../tls/own-certificate.ts';
import { LimitReports } from './access/limit-reports.ts';
import { createPermissions } from './access/permissions.ts';
import { Broker } from './broker.ts';
import { BrokerSink } from './broker-sink.ts';
import { createMqttWebSocket, type MqttWebSocket } from './listeners/mqtt-web-socket.ts';
import { TcpListener } from './listeners/tcp-listener.ts';
import { TlsListener } from './listeners/tls-listener.ts';
import type { BrokerSettings } from './settings.ts';
import { BrokerStore } from './store/broker-store.ts';
import { storeMetrics } from './store/store-metrics.ts';
import { createNameRemover } from './without-names.ts';

export interface MqttPartsOptions {
  readonly settings: BrokerSettings;
  readonly publications: PublicationSettings & ReservedTopicSettings;
  readonly signIns: SignIns;
  readonly users: Users;
  /** Publishes the appliance's state. */
  readonly statePublisher: StatePublisher;
  /** Handles requests from clients. */
  readonly onRequest: (topic: string, payload: Buffer) => void;
  /** Where Home Assistant announces that it has started. */
  readonly birthTopic: string;
  readonly state: Pick<State, 'database'>;
  readonly stateDirectory: string;
  readonly version: string;
  /** The addresses at which others reach this machine, for a generated certificate. */
  readonly addresses: () => readonly string[];
  readonly tools: (name: 'mqtt' | 'mqtt limits' | 'mqtt tls') => PartTools;
}

export interface MqttParts {
  readonly parts: readonly Part<'mqtt' | 'mqtt limits' | 'mqtt tls'>[];
  /** The ports it listens on; undefined while it doesn't listen. */
  readonly ports: { readonly mqtt: number | undefined; readonly mqtts: number | undefined };
  /** Accepts MQTT over WebSocket from the web server. */
  readonly onUpgrade: MqttWebSocket['handleUpgrade'];
  /** The CA certificate that clients must trust, PEM, if the appliance generated one. */
  authority(): string | undefined;
}

/** Limits on what clients can make the appliance keep, which nobody should need to set. */
const storeLimits = { queuedBytesPerClient: 8_388_608 };

/** Builds the broker, the ways for clients to reach it, and the sink that publishes on it. */
export function createMqttParts({
  settings,
  publications,
  signIns,
  users,
  statePublisher,
  onRequest,
  birthTopic,
  state,
  stateDirectory,
  version,
  addresses,
  tools: toolsFor,
}: MqttPartsOptions): MqttParts {
  const tools = toolsFor('mqtt');
  const watch = new LimitWatch(toolsFor('mqtt limits'));
  const reports = new LimitReports(watch, tools.log);
  const store = new BrokerStore({
    ...toolsFor('mqtt'),
    state,
    limits: { ...settings.limits, ...storeLimits },
    onDropped: (session, reason) => {
      broker.statistics.dropped += 1;
      reports.dropped(session, reason);
    },
    onGiveWay: (session, needed) => {
      broker.statistics.sessionsEnded += 1;
      reports.sessionGivesWay(session, needed);
      broker.endConnectionOf(session.clientId);
    },
    onLeftOut: (leftOut) => reports.leftOut(leftOut),
  });
  const broker = new Broker({
    store,
    version,
    permissions: createPermissions(settings.access, createReservedTopics(publications)),
    signIns,
    users,
    removeNames: createNameRemover(publications),
    limits: settings.limits,
    onMessage: onRequest,
    isHeardFromAnybody: (topic) => topic === birthTopic,
    watch,
    clock: tools.clock,
    log: tools.log,
  });
  const listener = new TcpListener({
    ...tools,
    host: settings.host,
    port: settings.port,
    scheme: 'mqtt',
    hostKey: 'Butler.brokerConfig.host',
    portKey: 'Butler.brokerConfig.port',
    onConnection: (socket) => broker.serve(socket, socket.remoteAddress),
  });
  const tlsTools = toolsFor('mqtt tls');
  const tls = settings.tls.enable
    ? createTlsListener(settings, join(stateDirectory, 'tls'), addresses, tlsTools, broker)
    : undefined;
  const webSocket = createMqttWebSocket({
    serve: (stream, remoteAddress) => broker.serve(stream, remoteAddress),
    packetBytes: settings.limits.packetBytes,
    clock: tools.clock,
  });
  const sink = new BrokerSink({
    mqtt: publications,
    statePublisher,
    broker,
    listeners: [listener, ...(tls ? [tls.listener] : [])],
    log: tools.log,
  });
  const { statistics } = broker;
  const status = () => ({
    mqttClients: broker.clientCount,
    mqtt: {
      slowClients: statistics.slowClients,
      dropped: statistics.dropped,
      refused: statistics.refused,
    },
    topics: {
      activeUsers: publications.activeUsersTopic,
      activeUsersWithDirectory: publications.activeUsersWithDirectoryTopic,
      activeUserCount: publications.activeUserCountTopic,
    },
  });
  const metrics = [clientCount(broker), ...statistics.metrics, ...storeMetrics(store)];
  return {
    parts: [
      // The sink also starts and stops the listeners: they close together with the broker.
      sinkPart('mqtt', sink, { metrics, status }),
      tls
        ? { name: 'mqtt tls' }
        : offPart('mqtt tls', tlsTools.health, 'Butler.brokerConfig.tls.enable is false'),
      { name: 'mqtt limits', metrics: watch.metrics },
    ],
    ports: {
      get mqtt() {
        return listener.port;
      },
      get mqtts() {
        return tls?.listener.port;
      },
    },
    onUpgrade: webSocket.handleUpgrade,
    authority: () => tls?.authority(),
  };
}

const clientCount = (broker: Broker): Metric => ({
  type: 'gauge',
  name: 'blinky_mqtt_clients',
  help: 'MQTT clients connected',
  read: () => broker.clientCount,
});

/** Builds the listener for clients over TLS, with the configured or a generated certificate. */
function createTlsListener(
  { host, tls, limits }: BrokerSettings,
  directory: string,
  addresses: () => readonly string[],
  tools: PartTools,
  broker: Broker,
) {
  const { port, certFile, keyFile } = tls;
  const source =
    certFile === ''
      ? new OwnCertificate({
          directory,
          hostName: hostname().split('.')[0] ?? '',
          addresses,
          now: () => tools.clock.now(),
          log: tools.log,
        })
      : new GivenCertificate({ cert: certFile, key: keyFile }, () => tools.clock.now());
  const listener = new TlsListener({
    ...tools,
    host,
    port,
    source,
    connectionsPerSecond: limits.connectionsPerSecond,
    statistics: broker.statistics,
    onConnection: (socket) => broker.serve(socket, socket.remoteAddress),
  });
  return { listener, authority: () => source.authority };
}
