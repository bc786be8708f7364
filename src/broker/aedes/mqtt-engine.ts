import { Aedes, type Client } from 'aedes';
import mqttPacket from 'mqtt-packet';
import { excerpt } from '../../platform/excerpt.ts';
import type { Log } from '../../platform/log.ts';
import type { Connection } from '../clients/connections.ts';
import type { DeliveryPace } from '../clients/delivery-pace.ts';
import type { BrokerStore } from '../store/broker-store.ts';
import { AedesHooks, type AedesHooksOptions, brokerId, maySee, wasDropped } from './aedes-hooks.ts';
import { AedesPersistence } from './aedes-persistence.ts';
import { type ClientQueues, takeOverDeliveries } from './deliveries.ts';
import {
  checkPrivateMembers,
  type DeliveredPacket,
  forgetInheritedClients,
  forgetInheritedSubscriptions,
  keepNewerClients,
  leaveExpiryToSessions,
  setNextMessageId,
} from './private-members.ts';
import { TopicEmitter } from './topic-emitter.ts';

/** Topic aliases (MQTT 5, section 3.3.2.3.4) that a client may define. */
const topicAliases = 32;

export interface EngineLimits {
  readonly clients: number;
  /** How long a session is kept without a connection at most, s. */
  readonly sessionExpirySeconds: number;
  /** How long a client may stay behind before it is disconnected, s. */
  readonly slowClientSeconds: number;
  /** QoS 1 and 2 messages in progress from one client. */
  readonly inFlightPerClient: number;
  /** The largest packet, bytes. */
  readonly packetBytes: number;
}

export interface MqttEngineOptions extends Omit<AedesHooksOptions, 'connectionOf'> {
  readonly limits: EngineLimits;
  readonly pace: DeliveryPace;
  /** Called with each client that is let in, after its CONNACK. */
  readonly onAccepted: (connection: Connection, clientId: string) => void;
  /** Called with each client that starts or resumes its session. */
  readonly onClient: () => void;
  /** Called with every message that a client was allowed to publish. */
  readonly onMessage: (topic: string, payload: Buffer) => void;
  /** Called with the filters that a client has subscribed to. */
  readonly onSubscribed: (filters: readonly string[]) => void;
  readonly log: Log;
}

/** What is kept for a client outside Aedes. */
interface Served {
  readonly connection: Connection;
  /** Sends more of what waits in its queue. */
  readonly feed: () => void;
}

/**
 * Speaks MQTT with the clients: Aedes, as the rest of the broker sees it. It receives connections
 * (complete, valid packets: `clients/client-stream.ts`); what is published goes to `subscribers`,
 * from where each client gets it (`deliveries.ts`).
 */
export class MqttEngine {
  /** The connected clients that have subscribed. */
  readonly subscribers = new TopicEmitter<DeliveredPacket>();
  /** The name under which messages are numbered. */
  readonly brokerId = brokerId;
  readonly #options: MqttEngineOptions;
  readonly #hooks: AedesHooks;
  readonly #persistence: AedesPersistence;
  readonly #queues: ClientQueues;
  readonly #served = new WeakMap<Client, Served>();
  #aedes: Aedes | undefined;

  constructor(options: MqttEngineOptions) {
    const { store } = options;
    this.#options = options;
    this.#hooks = new AedesHooks({
      ...options,
      connectionOf: (client) => this.#served.get(client)?.connection,
    });
    this.#persistence = new AedesPersistence(store.kept);
    this.#queues = queuesOf(store, this.#persistence);
  }

  get clientCount(): number {
    return this.#aedes?.connectedClients ?? 0;
  }

  get isRunning(): boolean {
    return this.#aedes?.closed === false;
  }

  /** Resolves when clients can be served. */
  async start(): Promise<void> {
    const { limits } = this.#options;
    // Otherwise it keeps a buffer for each two-byte number: 10 MB to avoid creating two bytes at a
    // time.
    mqttPacket.writeToStream.cacheNumbers = false;
    const aedes = await Aedes.createBroker({
      ...this.#hooks.hooks,
      persistence: this.#persistence,
      id: brokerId,
      mq: this.subscribers,
      drainTimeout: limits.slowClientSeconds * 1000,
      maxClientsIdLength: 65_535,
      maximumPacketSize: limits.packetBytes,
      receiveMaximum: limits.inFlightPerClient,
      topicAliasMaximum: topicAliases,
      pendingSessionsLimit: limits.clients,
      sessionExpiryIntervalLimit: limits.sessionExpirySeconds,
    });
    checkPrivateMembers(aedes);
    forgetInheritedClients(aedes);
    keepNewerClients(aedes);
    leaveExpiryToSessions(aedes);
    this.#listen(aedes);
    this.#aedes = aedes;
  }

  /** Serves a connection whose CONNECT has arrived. */
  serve(connection: Connection): void {
    const { frames, statistics, pace } = this.#options;
    const client = this.#aedes?.handle(connection.stream);
    if (!client) return;
    forgetInheritedSubscriptions(client);
    const { authorizeForward } = this.#hooks.hooks;
    const { feed } = takeOverDeliveries(client, connection.stream, {
      brokerId,
      frames,
      generation: () => connection.subscriptionChanges,
      withoutNames: () => this.#hooks.hidesNames(client),
      maySee,
      mayForward: (packet) => authorizeForward(client, packet) !== null,
      pace: (deliver) => pace.add(connection, deliver),
      queues: this.#queues,
      onSent: () => {
        statistics.published.sent += 1;
      },
    });
    this.#served.set(client, { connection, feed });
    // It gets what waits beyond its limit per time as soon as it can.
    client.on('connected', feed);
  }

  /** Ends every connection; calling it again has no effect. */
  async stop(): Promise<void> {
    const aedes = this.#aedes;
    if (!aedes || aedes.closed) return;
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await this.#persistence.destroy();
  }

  #listen(aedes: Aedes): void {
    const { store, subscriptions, admission, onAccepted, onClient, log } = this.#options;
    const { onMessage, onSubscribed, statistics } = this.#options;
    const connectionOf = (client: Client) => this.#served.get(client)?.connection;
    aedes.on('client', (client) => {
      store.connected(client, this.#hooks.ownerOf(client));
      const messageId = store.nextMessageIdOf(client.id);
      if (messageId !== undefined) setNextMessageId(client, messageId);
      // The queue of a client that replaces another could not be known before.
      this.#served.get(client)?.feed();
      onClient();
    });
    aedes.on('clientDisconnect', (client) => {
      const successor = admission.connectionOf(client.id);
      const isTakenOver = successor !== undefined && successor !== connectionOf(client);
      store.disconnected(client, isTakenOver);
    });
    aedes.on('connackSent', (packet, client) => {
      const connection = connectionOf(client);
      if (connection && !packet.returnCode && !packet.reasonCode) onAccepted(connection, client.id);
    });
    aedes.on('publish', ({ topic, payload }, client) => {
      if (!client || wasDropped(topic)) return;
      statistics.published.received += 1;
      const bytes = Buffer.from(payload);
      log.silly?.(`client ${client.id} publishes on ${topic}: ${excerpt(bytes)}`);
      onMessage(topic, bytes);
    });
    aedes.on('subscribe', (granted, client) => {
      subscriptions.added(connectionOf(client));
      // A message that arrived while the subscription was stored waits in the queue.
      this.#served.get(client)?.feed();
      onSubscribed(granted.map(({ topic }) => topic));
    });
    aedes.on('unsubscribe', (filters, client) =>
      subscriptions.remove(connectionOf(client), filters),
    );
    const failed = (client: Client, error: Error) =>
      log.verbose(`client ${client.id ?? 'without an id'}: ${error.message}`);
    aedes.on('clientError', failed);
    aedes.on('connectionError', failed);
  }
}

/** The queues of sessions, for those who deliver. */
function queuesOf(store: BrokerStore, persistence: AedesPersistence): ClientQueues {
  return {
    goesNow: (client, packet, hasRoom) => store.outgoing.goesNow(client, packet, hasRoom),
    next: (client) => store.outgoing.next(client) as DeliveredPacket | undefined,
    update: (client, packet) => persistence.outgoingUpdate(client, packet),
  };
}
