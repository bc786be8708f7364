import { type Colour, colours } from '../hardware/lamp.ts';
import type { Users } from './access/users.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/schema.ts';
import type { PartHealth } from './health/health.ts';
import type { Log } from './log.ts';
import type { RetryPauses } from './retry-pauses.ts';
import { createAccess } from './sinks/broker/access.ts';
import { Broker } from './sinks/broker/broker.ts';
import { BrokerSink } from './sinks/broker/broker-sink.ts';
import { createMqttWebSocket } from './sinks/broker/mqtt-web-socket.ts';
import { BrokerStore } from './sinks/broker/persistence/broker-store.ts';
import { TcpListener } from './sinks/broker/tcp-listener.ts';
import { ownTopics } from './sinks/broker/topics.ts';
import { createNameRemover } from './sinks/broker/without-names.ts';
import type { State } from './state/state.ts';

export interface BrokerPartsOptions {
  readonly config: Pick<Config, 'brokerConfig' | 'mqttConfig'>;
  readonly users: Users;
  readonly state: Pick<State, 'database'>;
  readonly testBlink: (colour: Colour) => void;
  /** What a part that reaches outside works with, by the part's name. */
  readonly partTools: (name: string) => {
    readonly clock: Clock;
    readonly log: Log;
    readonly health: PartHealth;
    readonly retry: RetryPauses;
  };
}

/** Bounds on what clients can make the appliance keep that nobody should have to set. */
const storeLimits = { queuedBytesPerClient: 8_388_608, sessions: 200 };

/** Builds the broker, what clients reach it through, and the sink that publishes on it. */
export function createBrokerParts({
  config,
  users,
  state,
  testBlink,
  partTools,
}: BrokerPartsOptions) {
  const { brokerConfig, mqttConfig } = config;
  const tools = partTools('mqtt');
  const store = new BrokerStore({
    ...partTools('mqtt'),
    state,
    limits: { ...brokerConfig.limits, ...storeLimits },
    onDropped: () => {
      broker.figures.dropped['queue full'] += 1;
    },
  });
  const broker = new Broker({
    store,
    access: createAccess(brokerConfig.access, users),
    removeNames: createNameRemover(mqttConfig),
    limits: brokerConfig.limits,
    onMessage: (topic, payload) => {
      if (topic !== ownTopics.blink) return;
      const asked = payload.toString().trim();
      const colour = colours.find((one) => one === asked);
      if (colour) testBlink(colour);
    },
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
  const sink = new BrokerSink({ mqtt: mqttConfig, broker, listeners: [listener] });
  return { broker, listener, webSocket, sink };
}
