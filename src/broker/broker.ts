import type { Duplex } from 'node:stream';
import { Aedes, type AedesPublishPacket, type Client } from 'aedes';
import { plainAddress } from '../platform/plain-address.ts';
import type { Publication } from '../publications/publication.ts';
import { Admission } from './access/admission.ts';
import { SignIn } from './access/sign-in.ts';
import { SubscriptionCount } from './access/subscription-count.ts';
import {
  forgetInheritedClients,
  forgetInheritedSubscriptions,
  keepNewerClients,
  leaveExpiryToSessions,
} from './aedes/aedes-changes.ts';
import { AedesHooks, brokerId, maySee, wasDropped } from './aedes/aedes-hooks.ts';
import { TopicEmitter } from './aedes/topic-emitter.ts';
import { BrokerFigures } from './broker-figures.ts';
import type { BrokerOptions } from './broker-options.ts';
import { ClientNotices } from './clients/client-notices.ts';
import { clientQueues } from './clients/client-queues.ts';
import { type Connection, Connections, filtersPerSecond } from './clients/connections.ts';
import { type Packet, takeOverDeliveries } from './clients/deliveries.ts';
import { DeliveryPace } from './clients/delivery-pace.ts';
import { RestorePace } from './clients/restore-pace.ts';
import { TakeoverWatch } from './clients/takeover-watch.ts';
import { OwnMessages } from './own-messages.ts';
import { LeftWills } from './store/left-wills.ts';
import type { SessionClient } from './store/session.ts';
import { type BrokerCounts, SystemFigures } from './system-figures.ts';
import { PublishFrames } from './wire/publish-frames.ts';

/** Topic aliases (MQTT 5, section 3.3.2.3.4) that a client may give. */
const topicAliases = 32;

/**
 * The MQTT broker inside the appliance: Aedes behind a guard (`client-stream.ts`), and with our own
 * way to subscribers (`topic-emitter.ts`, `deliveries.ts`). Only this file, `aedes-hooks.ts`,
 * `own-messages.ts` and `deliveries.ts` know Aedes.
 */
export class Broker {
  readonly figures = new BrokerFigures();
  readonly #options: BrokerOptions;
  readonly #emitter = new TopicEmitter<Packet>();
  readonly #frames: PublishFrames;
  readonly #connections: Connections;
  readonly #takeovers: TakeoverWatch;
  readonly #notices: ClientNotices;
  readonly #restorePace: RestorePace;
  readonly #subscriptions: SubscriptionCount;
  readonly #pace: DeliveryPace;
  readonly #admission: Admission<Connection>;
  readonly #hooks: AedesHooks;
  readonly #connectionOf = new WeakMap<Client, Connection>();
  /** What sends a client more of its queue. */
  readonly #feeds = new WeakMap<Client, () => void>();
  #aedes: Aedes | undefined;
  #leftWills: LeftWills | undefined;
  #systemFigures: SystemFigures | undefined;
  #mostConnected = 0;
  readonly #own: OwnMessages;

  constructor(options: BrokerOptions) {
    const { access, signIns, users, limits, removeNames, store, watch, clock, log } = options;
    this.#options = options;
    this.#frames = new PublishFrames(removeNames);
    this.#own = new OwnMessages({ limits, store, emitter: this.#emitter, log });
    this.#subscriptions = new SubscriptionCount(limits.subscriptionsPerClient, store?.filters);
    this.#connections = new Connections({
      limits,
      figures: this.figures,
      mayTakeFilters: () => store?.hasRoomForLookUps ?? true,
      onConnect: (connection) => this.#connected(connection),
      onClose: (connection) => {
        this.#admission.release(connection);
        this.#subscriptions.release(connection);
      },
      onStayed: ({ address }) => store?.known.add(address),
      watch,
      clock,
      log,
    });
    this.#pace = new DeliveryPace(clock);
    this.#takeovers = new TakeoverWatch({ clock, log });
    this.#notices = new ClientNotices(clock, log);
    this.#restorePace = new RestorePace({ subscriptionsPerSecond: filtersPerSecond, clock });
    this.#admission = new Admission({
      clients: limits.clients,
      access,
      kept: store,
      giveWay: (connection, reason) => this.#connections.giveWay(connection, reason),
      takeovers: this.#takeovers,
      limits: watch,
      log,
    });
    this.#hooks = new AedesHooks({
      access,
      signIn: new SignIn(access, users, signIns),
      frames: this.#frames,
      figures: this.figures,
      store,
      subscriptions: this.#subscriptions,
      connectionOf: (client) => this.#connectionOf.get(client),
      admission: this.#admission,
      notices: this.#notices,
      restorePace: this.#restorePace,
      onQuestion: (topic, payload) => this.#heardQuestion(topic, payload),
    });
  }

  get clientCount(): number {
    return this.#aedes?.connectedClients ?? 0;
  }

  /** Resolves when clients can be served. */
  async start(): Promise<void> {
    const { store, limits, watch, clock, log } = this.#options;
    const aedes = await Aedes.createBroker({
      ...this.#hooks.hooks,
      ...(store && { persistence: store.persistence }),
      id: brokerId,
      mq: this.#emitter,
      drainTimeout: limits.slowClientSeconds * 1000,
      maxClientsIdLength: 65_535,
      maximumPacketSize: limits.packetBytes,
      receiveMaximum: limits.inFlightPerClient,
      topicAliasMaximum: topicAliases,
      pendingSessionsLimit: limits.clients,
      sessionExpiryIntervalLimit: limits.sessionExpirySeconds,
    });
    forgetInheritedClients(aedes);
    keepNewerClients(aedes);
    if (store) leaveExpiryToSessions(aedes);
    aedes.on('client', (client) => {
      if (!client.clean) this.#own.hasSessions = true;
      store?.connected(client as SessionClient, this.#hooks.ownerOf(client));
      // Of a client that takes the place of another, its queue could not be known before.
      this.#feeds.get(client)?.();
      this.#mostConnected = Math.max(this.#mostConnected, this.clientCount);
    });
    aedes.on('clientDisconnect', (client) => {
      const successor = this.#admission.connectionOf(client.id);
      const isTakenOver = successor !== undefined && successor !== this.#connectionOf.get(client);
      store?.disconnected(client as SessionClient, isTakenOver);
    });
    aedes.on('connackSent', (packet, client) => {
      const connection = this.#connectionOf.get(client);
      if (connection && !packet.returnCode && !packet.reasonCode) {
        connection.clientId = client.id;
        this.#connections.accept(connection);
      }
    });
    aedes.on('publish', (packet, client) => this.#clientPublished(packet, client));
    aedes.on('subscribe', (_, client) => {
      this.#subscriptions.added(this.#connectionOf.get(client));
      // A message that came while the subscription was stored waits in the queue.
      store?.outgoing.fallBehind(client as SessionClient);
      this.#feeds.get(client)?.();
    });
    aedes.on('unsubscribe', (filters, client) =>
      this.#subscriptions.remove(this.#connectionOf.get(client), filters),
    );
    const failed = (client: Client, error: Error) =>
      log.verbose(`client ${client.id ?? 'without an id'}: ${error.message}`);
    aedes.on('clientError', failed);
    aedes.on('connectionError', failed);
    this.#aedes = aedes;
    this.#own.aedes = aedes;
    watch.start();
    this.#tellFigures(aedes);
    if (!store) return;
    const publish = (will: object) => {
      aedes.publish({ ...(will as AedesPublishPacket), cmd: 'publish', dup: false }, () => {});
    };
    this.#leftWills = new LeftWills({ store, publish, clock });
    this.#leftWills.start();
  }

  /** Whether anybody would get a message on this topic, now or when their session goes on. */
  isWanted(topic: string): boolean {
    return this.#own.isWanted(topic);
  }

  /** How many subscriptions of clients that are connected get a message on this topic. */
  countListeners(topic: string): number {
    return this.#emitter.countListeners(topic);
  }

  /** Publishes to every subscriber. A message no client could take is dropped and logged. */
  publish(publication: Publication): void {
    this.#own.publish(publication);
  }

  /** Sends what was published without waiting for the end of the turn. */
  flush(): void {
    this.#connections.flush();
  }

  /**
   * Serves MQTT on a stream that a listener accepted.
   * @param address where the client is, for the limits on addresses
   */
  serve(transport: Duplex, address = 'unknown'): void {
    transport.on('error', () => transport.destroy());
    if (this.#aedes && !this.#aedes.closed) {
      this.#connections.open(transport, plainAddress(address));
    } else transport.destroy();
  }

  /** Ends every connection; calling it again changes nothing. */
  async stop(): Promise<void> {
    const aedes = this.#aedes;
    this.#connections.close();
    this.#leftWills?.stop();
    this.#systemFigures?.stop();
    this.#takeovers.stop();
    this.#notices.stop();
    this.#restorePace.stop();
    this.#options.watch.stop();
    if (!aedes || aedes.closed) return;
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await this.#options.store?.persistence.destroy();
  }

  #tellFigures(aedes: Aedes): void {
    const { version, clock } = this.#options;
    const figures = new SystemFigures({
      version,
      counts: () => this.#counts(),
      isWanted: (topic) => this.#emitter.hasListener(topic),
      publish: (topic, payload) => this.#own.emit(topic, Buffer.from(payload), 0),
      clock,
    });
    figures.start();
    this.#systemFigures = figures;
    // Who subscribes need not wait for the next time.
    aedes.on('subscribe', (subscriptions) => {
      if (subscriptions.some(({ topic }) => topic.startsWith('$'))) figures.tellSoon();
    });
  }

  #counts(): BrokerCounts {
    const { dropped, published } = this.figures;
    const kept = this.#options.store?.figures;
    return {
      connected: this.clientCount,
      away: kept?.sessionsAway ?? 0,
      mostConnected: this.#mostConnected,
      ...published,
      dropped,
      retained: kept?.retained ?? 0,
      stored: kept?.messages ?? 0,
      subscriptions: this.#connections.subscriptions,
    };
  }

  #connected(connection: Connection): void {
    const { store } = this.#options;
    const client = this.#aedes?.handle(connection.stream);
    if (!client) return;
    this.#connectionOf.set(client, connection);
    forgetInheritedSubscriptions(client);
    const { authorizeForward } = this.#hooks.hooks;
    const { feed } = takeOverDeliveries(client, connection.stream, {
      brokerId,
      frames: this.#frames,
      generation: () => connection.subscriptionChanges,
      withoutNames: () => this.#hooks.hidesNames(client),
      maySee,
      mayForward: (packet) => authorizeForward(client, packet) !== null,
      pace: (deliver) => this.#pace.add(connection, deliver),
      queues: store && clientQueues(store),
      onSent: () => {
        this.figures.published.sent += 1;
      },
    });
    // What waits for it beyond what it takes at a time, it gets as soon as it can.
    client.on('connected', feed);
    this.#feeds.set(client, feed);
  }

  /** Ends a client's connection because others need what its session takes. */
  endConnectionOf(clientId: string): void {
    this.#admission.connectionOf(clientId)?.giveWay();
  }

  /** What changes nothing may be asked by anybody; nobody else hears it. */
  #heardQuestion(topic: string, payload: Buffer | string): boolean {
    const { isHeardFromAnybody, onMessage } = this.#options;
    if (!isHeardFromAnybody(topic)) return false;
    onMessage(topic, Buffer.from(payload));
    return true;
  }

  #clientPublished(packet: AedesPublishPacket, client: Client | null): void {
    if (!client || wasDropped(packet.topic)) return;
    this.figures.published.received += 1;
    this.#options.onMessage(packet.topic, Buffer.from(packet.payload));
  }
}
