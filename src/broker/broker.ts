import type { Duplex } from 'node:stream';
import type { SignIns } from '../access/sign-ins.ts';
import type { Users } from '../access/users.ts';
import type { LimitWatch } from '../health/limit-watch.ts';
import { plainAddress } from '../platform/addresses.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Publication } from '../publications/publication.ts';
import { Admission } from './access/admission.ts';
import { ClientSignIn } from './access/client-sign-in.ts';
import type { Permissions } from './access/permissions.ts';
import { SubscriptionCount } from './access/subscription-count.ts';
import { MqttEngine } from './aedes/mqtt-engine.ts';
import { BrokerStatistics } from './broker-statistics.ts';
import { ClientNotices } from './clients/client-notices.ts';
import {
  type Connection,
  Connections,
  type ConnectionsOptions,
  filtersPerSecond,
} from './clients/connections.ts';
import { DeliveryPace } from './clients/delivery-pace.ts';
import { RestorePace } from './clients/restore-pace.ts';
import { TakeoverWatch } from './clients/takeover-watch.ts';
import { OwnMessages } from './own-messages.ts';
import type { BrokerStore } from './store/broker-store.ts';
import { LeftWills } from './store/left-wills.ts';
import { type BrokerCounts, SystemStatistics } from './system-statistics.ts';
import { PublishFrames } from './wire/publish-frames.ts';
import type { NameRemover } from './without-names.ts';

export interface BrokerOptions {
  readonly permissions: Permissions;
  /** Checks names and passwords. */
  readonly signIns: Pick<SignIns, 'signIn'>;
  readonly users: Pick<Users, 'areThere' | 'has'>;
  /** Removes people's names from a message, for clients that aren't allowed to see them. */
  readonly removeNames: NameRemover;
  readonly limits: ConnectionsOptions['limits'] & {
    /** The maximum number of subscriptions of one client. */
    readonly subscriptionsPerClient: number;
    /** How long a session is kept after its connection ends, at most. */
    readonly sessionExpirySeconds: number;
  };
  /** Called with every message that a client was allowed to publish. */
  readonly onMessage: (topic: string, payload: Buffer) => void;
  /**
   * Whether a topic is one on which the appliance also accepts messages from clients without
   * permission to publish there.
   */
  readonly isHeardFromAnybody: (topic: string) => boolean;
  /** Keeps retained messages and sessions, across restarts if it has a disk. */
  readonly store: BrokerStore;
  /** Where limits that have been reached are reported. */
  readonly watch: LimitWatch;
  /** The appliance's version, which the broker publishes. */
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The appliance's MQTT broker: connections behind a guard (`clients/connections.ts`), an engine
 * that speaks MQTT with them (`aedes/mqtt-engine.ts`), and what the appliance itself publishes
 * (`own-messages.ts`).
 */
export class Broker {
  readonly statistics = new BrokerStatistics();
  readonly #options: BrokerOptions;
  readonly #connections: Connections;
  readonly #takeovers: TakeoverWatch;
  readonly #notices: ClientNotices;
  readonly #restorePace: RestorePace;
  readonly #admission: Admission<Connection>;
  readonly #engine: MqttEngine;
  readonly #ownMessages: OwnMessages;
  readonly #leftWills: LeftWills;
  readonly #systemStatistics: SystemStatistics;
  #mostConnected = 0;

  constructor(options: BrokerOptions) {
    const { permissions, signIns, users, limits, store, watch, version, clock, log } = options;
    this.#options = options;
    const subscriptions = new SubscriptionCount(limits.subscriptionsPerClient, store.filters);
    this.#connections = new Connections({
      limits,
      statistics: this.statistics,
      mayTakeFilters: () => store.hasRoomForLookUps,
      onConnect: (connection) => this.#engine.serve(connection),
      onClose: (connection) => {
        this.#admission.release(connection);
        subscriptions.release(connection);
      },
      onStayed: ({ address }) => store.known.add(address),
      watch,
      clock,
      log,
    });
    this.#takeovers = new TakeoverWatch({ clock, log });
    this.#notices = new ClientNotices(clock, log);
    this.#restorePace = new RestorePace({ subscriptionsPerSecond: filtersPerSecond, clock });
    this.#admission = new Admission({
      clients: limits.clients,
      permissions,
      kept: store,
      giveWay: (connection, reason) => this.#connections.giveWay(connection, reason),
      takeovers: this.#takeovers,
      limits: watch,
      log,
    });
    this.#engine = new MqttEngine({
      permissions,
      signIn: new ClientSignIn(permissions, users, signIns),
      frames: new PublishFrames(options.removeNames),
      statistics: this.statistics,
      store,
      subscriptions,
      admission: this.#admission,
      notices: this.#notices,
      restorePace: this.#restorePace,
      pace: new DeliveryPace(clock),
      limits,
      onQuestion: (topic, payload) => this.#heardQuestion(topic, payload),
      onClient: () => {
        this.#mostConnected = Math.max(this.#mostConnected, this.clientCount);
      },
      onAccepted: (connection, clientId) => {
        connection.clientId = clientId;
        this.#connections.accept(connection);
      },
      onMessage: options.onMessage,
      onSubscribed: (filters) => {
        // New subscribers need not wait for the next interval.
        if (filters.some((filter) => filter.startsWith('$'))) this.#systemStatistics.publishSoon();
      },
      log,
    });
    const { subscribers, brokerId } = this.#engine;
    this.#ownMessages = new OwnMessages({ limits, store, subscribers, brokerId, log });
    this.#leftWills = new LeftWills({
      store,
      publish: (will) => this.#ownMessages.publishWill(will),
      clock,
    });
    this.#systemStatistics = new SystemStatistics({
      version,
      counts: () => this.#counts(),
      isWanted: (topic) => subscribers.hasListener(topic),
      publish: (topic, payload) => this.#ownMessages.publishNow(topic, payload),
      clock,
    });
  }

  get clientCount(): number {
    return this.#engine.clientCount;
  }

  /** Resolves when clients can be served. */
  async start(): Promise<void> {
    await this.#engine.start();
    this.#options.watch.start();
    this.#systemStatistics.start();
    this.#leftWills.start();
  }

  /** Whether anyone would get a message on this topic, now or when their session resumes. */
  isWanted(topic: string): boolean {
    return this.#ownMessages.isWanted(topic);
  }

  /** How many subscriptions of connected clients get a message on this topic. */
  countListeners(topic: string): number {
    return this.#engine.subscribers.countListeners(topic);
  }

  /** Publishes to every subscriber. A message that no client could accept is dropped and logged. */
  publish(publication: Publication): void {
    this.#ownMessages.publish(publication);
  }

  /** Sends what was published without waiting for the end of the turn. */
  flush(): void {
    this.#connections.flush();
  }

  /**
   * Serves MQTT on a stream that a listener accepted.
   * @param address the client's address, for the limits per address
   */
  serve(transport: Duplex, address = 'unknown'): void {
    transport.on('error', () => transport.destroy());
    if (this.#engine.isRunning) this.#connections.open(transport, plainAddress(address));
    else transport.destroy();
  }

  /** Ends every connection; calling it again has no effect. */
  async stop(): Promise<void> {
    this.#connections.close();
    this.#leftWills.stop();
    this.#systemStatistics.stop();
    this.#takeovers.stop();
    this.#notices.stop();
    this.#restorePace.stop();
    this.#options.watch.stop();
    await this.#engine.stop();
  }

  /** Disconnects a client because others need the room that its session takes. */
  endConnectionOf(clientId: string): void {
    this.#admission.connectionOf(clientId)?.giveWay();
  }

  #counts(): BrokerCounts {
    const { dropped, published } = this.statistics;
    const kept = this.#options.store.statistics;
    return {
      connected: this.clientCount,
      away: kept.sessionsAway,
      mostConnected: this.#mostConnected,
      ...published,
      dropped,
      retained: kept.retained,
      stored: kept.messages,
      subscriptions: this.#connections.subscriptions,
    };
  }

  /** A request that changes nothing is open to everyone; no other client receives it. */
  #heardQuestion(topic: string, payload: Buffer | string): boolean {
    const { isHeardFromAnybody, onMessage } = this.#options;
    if (!isHeardFromAnybody(topic)) return false;
    onMessage(topic, Buffer.from(payload));
    return true;
  }
}
