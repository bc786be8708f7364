import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type IConnackPacket, MqttClient } from 'mqtt';
import { plainAddress } from '../../platform/addresses.ts';
import type { Publication } from '../../publications/publication.ts';
import type { BrokerCredentials } from './broker-credentials.ts';
import { ConnectionClosed, DisconnectedByBroker } from './connection-errors.ts';
import { createEndGuard } from './end-guard.ts';
import { brokerLimitsOf, createPublisher } from './publisher.ts';
import type { Endpoint } from './remote-broker.ts';
import type { ConnectionForm } from './retain-fallback.ts';

/** Time limit for an answer of the other broker, ms. */
const answerWithinMs = 10_000;
/** How often an idle connection is pinged, s; it is closed after one and a half times that. */
const keepaliveSeconds = 30;
/** How long the broker keeps the session of an offline client, s: a week, as ours does. */
const sessionExpirySeconds = 604_800;

export interface ConnectionOptions extends Endpoint, BrokerCredentials {
  readonly tls: boolean;
  /** 4: MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  readonly clientId: string;
  /** Whether the broker discards subscriptions and their queue when the connection ends. */
  readonly clean: boolean;
  /** What the broker publishes if the connection breaks. */
  readonly will?: Publication;
  /** What the broker is asked for: with `retain` false nothing is retained, not even the will. */
  readonly form: ConnectionForm;
  /** Called when the handshake is done and CONNECT has been sent. */
  readonly onAsked?: () => void;
  /** Rejects the peer by throwing; called before anything is sent. */
  readonly checkPeer?: (peer: Endpoint) => void;
  /** Aborts connecting. */
  readonly signal?: AbortSignal;
  /** Called with every message of a subscription. */
  readonly onMessage?: (topic: string, payload: Buffer, retained: boolean) => void;
}

/** One connection to another broker, from its CONNACK to its end. */
export interface RemoteConnection {
  /** The address and port at the other end. */
  readonly peer: Endpoint;
  /** Resolves with the reason when the connection has ended, at either end. */
  readonly closed: Promise<Error>;
  /** Whether the broker supports retained messages; false only if it said so (MQTT 5). */
  readonly retainAvailable: boolean;
  /** Retained messages that the broker has acknowledged. */
  readonly retainedTaken: number;
  /** Whether the broker acknowledges messages; false only if it said so (MQTT 5, Maximum QoS 0). */
  readonly acknowledges: boolean;
  /**
   * Sends with QoS 1. Resolves when the broker has acknowledged; rejects with PublicationRefused if
   * it rejects this message, and with the reason if the connection ends first.
   */
  publish(publication: Publication): Promise<void>;
  /** Subscribes with QoS 1. Resolves with the filters that the broker refuses. */
  subscribe(filters: readonly string[]): Promise<readonly string[]>;
  /** Disconnects cleanly: the will is not published. */
  end(): Promise<void>;
  /** Closes the socket, for a reason. */
  destroy(reason?: Error): void;
}

/**
 * Connects once. Rejects with the error of the socket or the library unless a CONNACK accepts the
 * connection.
 */
export function openConnection(options: ConnectionOptions): Promise<RemoteConnection> {
  const { form, protocolVersion } = options;
  const socket = openSocket(options);
  let reason: Error | undefined;
  // The library passes on only some errors of its stream.
  socket.on('error', (error) => {
    reason ??= error;
  });
  const client = new MqttClient(() => socket, {
    clientId: options.clientId,
    clean: options.clean,
    protocolVersion,
    keepalive: keepaliveSeconds,
    reconnectPeriod: 0,
    connectTimeout: answerWithinMs,
    queueQoSZero: false,
    // In MQTT 5 a session ends with its connection by default.
    ...(protocolVersion === 5 &&
      !options.clean && { properties: { sessionExpiryInterval: sessionExpirySeconds } }),
    ...(options.user !== undefined && { username: options.user }),
    ...(options.password !== undefined && { password: options.password }),
    ...(options.will &&
      form.will && {
        will: {
          ...options.will,
          payload: Buffer.from(options.will.payload),
          qos: form.willQos ?? 1,
          retain: form.retain,
        },
      }),
  });
  client.on('message', (topic, payload, { retain }) => options.onMessage?.(topic, payload, retain));
  client.on('disconnect', ({ reasonCode = 0, properties }) => {
    reason ??= new DisconnectedByBroker(reasonCode, properties?.reasonString?.slice(0, 200) ?? '');
    client.end(true);
  });
  client.on('error', (error) => {
    reason ??= error;
    // The connection can't be used after an error, and the library doesn't always close it.
    client.end(true);
  });
  const closed = new Promise<Error>((resolve) => {
    client.on('close', () => resolve(reason ?? new ConnectionClosed()));
  });
  const giveUp = () => void socket.destroy(new Error('connecting was aborted'));
  options.signal?.addEventListener('abort', giveUp);
  if (options.signal?.aborted) giveUp();
  const stopListening = () => options.signal?.removeEventListener('abort', giveUp);
  void closed.then(stopListening);
  return new Promise((resolve, reject) => {
    client.once('connect', (connack) => {
      stopListening();
      resolve(connectionOf(client, socket, closed, connack, form.retain));
    });
    void closed.then(reject);
  });
}

function connectionOf(
  client: MqttClient,
  socket: Socket,
  closed: Promise<Error>,
  connack: IConnackPacket,
  retain: boolean,
): RemoteConnection {
  const unlessClosed = createEndGuard(closed);
  const limits = brokerLimitsOf(connack);
  const publisher = createPublisher({
    client,
    limits,
    retain: retain && limits.retainAvailable,
    unlessClosed,
  });
  return {
    peer: peerOf(socket),
    closed,
    retainAvailable: limits.retainAvailable,
    acknowledges: limits.maximumQos > 0,
    publish: publisher.publish,
    get retainedTaken() {
      return publisher.retainedTaken;
    },
    subscribe: (filters) =>
      unlessClosed(
        new Promise((resolve, reject) => {
          client.subscribe([...filters], { qos: 1 }, (error, _asked, answer) => {
            if (!answer) reject(error ?? new ConnectionClosed());
            // 0x80 and above refuse (MQTT 3.1.1, section 3.9.3; MQTT 5, section 3.9.3).
            else resolve(filters.filter((_, index) => Number(answer.granted[index]) >= 0x80));
          });
        }),
      ),
    // The library waits for messages in flight, which may never be answered.
    end: async () => void (await Promise.race([client.endAsync(), closed])),
    // Not `client.end(true)`, which does nothing once an end has been requested.
    destroy: (reason) => void socket.destroy(reason),
  };
}

function openSocket(options: ConnectionOptions): Socket {
  const { host, port, tls, ca, clientCertificate, checkPeer, onAsked } = options;
  const socket = tls
    ? connectTls({
        host,
        port,
        ...(ca !== undefined && { ca }),
        ...clientCertificate,
        ...(isIP(host) === 0 && { servername: host }),
      })
    : connectTcp({ host, port });
  socket.setNoDelay(true);
  socket.once('connect', () => {
    try {
      checkPeer?.(peerOf(socket));
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.once(tls ? 'secureConnect' : 'connect', () => onAsked?.());
  return socket;
}

const peerOf = ({ remoteAddress = '', remotePort = 0 }: Socket): Endpoint => ({
  host: plainAddress(remoteAddress),
  port: remotePort,
});
