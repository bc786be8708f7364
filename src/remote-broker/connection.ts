import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { MqttClient } from 'mqtt';
import { plainAddress } from '../plain-address.ts';
import type { Publication } from '../publications/publication.ts';
import type { Endpoint } from './remote-broker.ts';
import type { SignIn } from './sign-in.ts';

/** How long the other broker may take to answer, ms. */
const answerWithinMs = 10_000;
/** What the library says when it did not. */
export const answerTimeout = 'connack timeout';
/** How often a silent connection is tried, s; it is given up after one and a half times that. */
const keepaliveSeconds = 30;

export interface ConnectionOptions extends Endpoint, SignIn {
  readonly tls: boolean;
  readonly clientId: string;
  /** Whether the broker forgets subscriptions and what waits for them when the connection ends. */
  readonly clean: boolean;
  /** What the broker publishes when the connection breaks. */
  readonly will?: Publication;
  /** Refuses the peer by throwing; asked before anything is sent. */
  readonly checkPeer?: (peer: Endpoint) => void;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
  /** Told of every message for a subscription. */
  readonly onMessage?: (topic: string, payload: Buffer, retained: boolean) => void;
}

/** One connection to another broker, from its CONNACK to its end. */
export interface Connection {
  /** The address and port at the other end. */
  readonly peer: Endpoint;
  /** Resolves with the reason when the connection has ended, whoever ended it. */
  readonly closed: Promise<Error>;
  /** Sends with QoS 1. Resolves when the broker has it; rejects when the connection ends first. */
  publish(publication: Publication): Promise<void>;
  /** Subscribes with QoS 1. Resolves with the filters that the broker refuses. */
  subscribe(filters: readonly string[]): Promise<readonly string[]>;
  /** Says goodbye: the will is not published. */
  end(): Promise<void>;
  /** Cuts it. */
  destroy(): void;
}

/** The other end closed the connection, and said nothing. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
  constructor() {
    super('it was closed');
  }
}

/** The broker took the connection, and does not let it have a subscription. */
export class SubscriptionRefused extends Error {
  override readonly name = 'SubscriptionRefused';
  constructor(filters: readonly string[]) {
    super(filters.join(', '));
  }
}

/**
 * Connects once (MQTT 3.1.1, which every broker speaks). Rejects with the error of the socket or
 * the library when there is no CONNACK that accepts.
 */
export function openConnection(options: ConnectionOptions): Promise<Connection> {
  const socket = openSocket(options);
  let reason: Error | undefined;
  // The library passes on only some errors of its stream.
  socket.on('error', (error) => {
    reason ??= error;
  });
  const client = new MqttClient(() => socket, {
    clientId: options.clientId,
    clean: options.clean,
    protocolVersion: 4,
    keepalive: keepaliveSeconds,
    reconnectPeriod: 0,
    connectTimeout: answerWithinMs,
    queueQoSZero: false,
    ...(options.user !== undefined && { username: options.user }),
    ...(options.password !== undefined && { password: options.password }),
    ...(options.will && {
      will: { ...options.will, payload: Buffer.from(options.will.payload), qos: 1, retain: true },
    }),
  });
  client.on('message', (topic, payload, { retain }) => options.onMessage?.(topic, payload, retain));
  client.on('error', (error) => {
    reason ??= error;
    // Nothing good follows an error, and the library does not close after each of them.
    client.end(true);
  });
  const closed = new Promise<Error>((resolve) => {
    client.on('close', () => resolve(reason ?? new ConnectionClosed()));
  });
  const giveUp = () => void socket.destroy(new Error('it was given up'));
  options.signal?.addEventListener('abort', giveUp);
  if (options.signal?.aborted) giveUp();
  return new Promise((resolve, reject) => {
    client.once('connect', () => {
      options.signal?.removeEventListener('abort', giveUp);
      resolve(connectionOf(client, socket, closed));
    });
    void closed.then(reject);
  });
}

function connectionOf(client: MqttClient, socket: Socket, closed: Promise<Error>): Connection {
  const unlessClosed = <Value>(work: Promise<Value>): Promise<Value> =>
    Promise.race([
      work,
      closed.then((reason) => {
        throw reason;
      }),
    ]);
  return {
    peer: peerOf(socket),
    closed,
    publish: async ({ topic, payload, retain = false }) => {
      await unlessClosed(client.publishAsync(topic, payload, { qos: 1, retain }));
    },
    subscribe: (filters) =>
      unlessClosed(
        new Promise((resolve, reject) => {
          client.subscribe([...filters], { qos: 1 }, (error, _asked, answer) => {
            if (!answer) reject(error ?? new ConnectionClosed());
            // 0x80 refuses (MQTT 3.1.1, section 3.9.3).
            else resolve(filters.filter((_, index) => Number(answer.granted[index]) >= 0x80));
          });
        }),
      ),
    // The library waits for what is under way, which may never be answered.
    end: async () => void (await Promise.race([client.endAsync(), closed])),
    // Not `client.end(true)`, which does nothing once an end was asked for.
    destroy: () => void socket.destroy(),
  };
}

function openSocket({ host, port, tls, ca, checkPeer }: ConnectionOptions): Socket {
  const socket = tls
    ? connectTls({
        host,
        port,
        ...(ca !== undefined && { ca }),
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
  return socket;
}

const peerOf = ({ remoteAddress = '', remotePort = 0 }: Socket): Endpoint => ({
  host: plainAddress(remoteAddress),
  port: remotePort,
});
