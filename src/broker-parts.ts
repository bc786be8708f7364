import type { Users } from './access/users.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/schema.ts';
import type { PartHealth } from './health/health.ts';
import type { Log } from './log.ts';
import type { Announcer } from './publications/announcer.ts';
import type { RetryPauses } from './retry-pauses.ts';
import { createAccess } from './sinks/broker/access.ts';
import { Broker } from './sinks/broker/broker.ts';
import { BrokerSink } from './sinks/broker/broker-sink.ts';
import { createMqttWebSocket } from './sinks/broker/mqtt-web-socket.ts';
import { TcpListener } from './sinks/broker/tcp-listener.ts';
import { createNameRemover } from './sinks/broker/without-names.ts';

export interface BrokerPartsOptions {
  readonly config: Pick<Config, 'brokerConfig' | 'mqttConfig'>;
  readonly users: Users;
  /** Tells how things are. */
  readonly announcer: Announcer;
  /** Does what clients ask for. */
  readonly onRequest: (topic: string, payload: Buffer) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Builds the broker, what clients reach it through, and the sink that publishes on it. */
export function createBrokerParts({
  config,
  users,
  announcer,
  onRequest,
  ...tools
}: BrokerPartsOptions) {
  const { brokerConfig, mqttConfig } = config;
  const broker = new Broker({
    access: createAccess(brokerConfig.access, users),
    removeNames: createNameRemover(mqttConfig),
    limits: brokerConfig.limits,
    onMessage: onRequest,
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
  const webSocket = createMqttWebSocket({
    serve: (stream, remoteAddress) => broker.serve(stream, remoteAddress),
    packetBytes: brokerConfig.limits.packetBytes,
    clock: tools.clock,
  });
  const sink = new BrokerSink({ mqtt: mqttConfig, announcer, broker, listeners: [listener] });
  return { broker, listener, webSocket, sink };
}
