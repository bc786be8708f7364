import type { UserEvent } from '../../events/user-event.ts';
import { userEventCodec } from '../../events/user-event-json.ts';
import type { Sink } from '../../fan-out/sink.ts';
import type { PartHealth } from '../../health/health.ts';
import { atMost, type Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { RetryPauses } from '../../platform/retry-pauses.ts';
import type { PublicationSettings } from '../../publications/event-publications.ts';
import type { Publication, Publisher } from '../../publications/publication.ts';
import type { StatePublisher } from '../../publications/state-publisher.ts';
import { ownTopics } from '../../publications/topics.ts';
import type { DatabaseSource } from '../../storage/namespace.ts';
import { Outbox } from '../../storage/outbox/outbox.ts';
import { BrokerLink } from '../link/broker-link.ts';
import { PublicationRefused } from '../link/publisher.ts';
import { reasonCode } from '../link/reason-codes.ts';
import type { Endpoint, RemoteBroker } from '../link/remote-broker.ts';
import type { RemoteConnection } from '../link/remote-connection.ts';
import { type ConnectionForm, RetainFallback } from '../link/retain-fallback.ts';
import { LatestByTopic } from './latest-by-topic.ts';
import { RefusedTopics } from './refused-topics.ts';
import { UpstreamDelivery } from './upstream-delivery.ts';

export interface UpstreamSinkOptions {
  readonly broker: RemoteBroker;
  readonly mqtt: PublicationSettings;
  /** The prefix of every topic there; empty, or ending in `/`. */
  readonly topicPrefix: string;
  /** Whether retained messages are sent to that broker. */
  readonly retain: boolean;
  readonly clientId: () => Promise<string>;
  readonly isOwnBroker: (peer: Endpoint) => boolean;
  /** Whether an event came from that same broker, and must not go back to it. */
  readonly cameFrom: (event: UserEvent, peer: Endpoint | undefined) => boolean;
  readonly statePublisher: Pick<StatePublisher, 'attach'>;
  /** Topics to subscribe to there, as named there. */
  readonly subscriptions: readonly string[];
  readonly onMessage: (topic: string, payload: Buffer, retained: boolean) => void;
  /** Gives the database while it is open. */
  readonly state: DatabaseSource;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly health: PartHealth;
  readonly outboxHealth: PartHealth;
  /** Replaces the product's limits, for tests. */
  readonly limits?: UpstreamLimits;
}

export interface UpstreamLimits {
  /** Events that can wait on disk. */
  readonly capacity: number;
  /** Events that can wait in memory while the disk can't be written. */
  readonly memoryCapacity: number;
  /** Pause between attempts to connect, ms; shortened by up to half at random. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

export const upstreamLimits: UpstreamLimits = {
  capacity: 100_000,
  memoryCapacity: 10_000,
  firstRetryMs: 2000,
  longestRetryMs: 60_000,
};

/** Time limit for each step of stopping, ms. */
const lastThingMs = 700;

/**
 * Sends every publication to another broker as well: events in order, through an outbox on disk; of
 * the state (lights, users), only the latest.
 */
export class UpstreamSink implements Sink, Publisher {
  readonly name = 'upstream';
  readonly topicPrefix: string;
  readonly #options: UpstreamSinkOptions;
  readonly #log: Log;
  readonly #status: (payload: 'online' | 'offline') => Publication;
  readonly #latest = new LatestByTopic();
  readonly #outbox: Outbox<UserEvent>;
  readonly #link: BrokerLink;
  readonly #delivery: UpstreamDelivery;
  readonly #refused: RefusedTopics;
  readonly #logged = new Set<string>();
  #stopped: Promise<void> | undefined;

  constructor(options: UpstreamSinkOptions) {
    this.#options = options;
    const { topicPrefix, clock, random, limits = upstreamLimits } = options;
    const log = options.log.for(this.name);
    this.#log = log;
    const retry = () => new RetryPauses(limits.firstRetryMs, limits.longestRetryMs, random);
    this.topicPrefix = topicPrefix;
    this.#status = (payload) => ({ topic: topicPrefix + ownTopics.status, payload, retain: true });
    this.#outbox = new Outbox({
      namespace: 'upstream-outbox',
      state: options.state,
      codec: userEventCodec,
      capacity: limits.capacity,
      memoryCapacity: limits.memoryCapacity,
      clock,
      health: options.outboxHealth,
      retry: retry(),
      log: options.log.for('upstream outbox'),
      onReadable: () => this.#delivery.wake(),
    });
    const fallback = new RetainFallback(options.retain);
    this.#refused = new RefusedTopics(log, options.broker.section);
    this.#delivery = new UpstreamDelivery({
      onRefused: (refusal) => this.#refused.note(refusal),
      onLeftOut: (topic) => {
        // The connections were closed for a reason other than retained messages.
        fallback.failed('other');
        this.#refused.noteLeftOut(topic);
      },
      clock,
      log,
      outbox: this.#outbox,
      latest: this.#latest,
      mqtt: options.mqtt,
      topicPrefix,
    });
    this.#link = new BrokerLink({
      broker: options.broker,
      locate: async () => ({
        host: options.broker.settings.brokerHost,
        port: options.broker.settings.brokerPort,
      }),
      clientId: options.clientId,
      clean: true,
      will: this.#status('offline'),
      fallback,
      onForm: (form) => this.#logForm(form),
      isOwnBroker: options.isOwnBroker,
      onMessage: options.onMessage,
      onUp: (connection) => this.#connected(connection),
      clock,
      log,
      health: options.health,
      retry: retry(),
    });
  }

  /** Events waiting for the upstream broker. */
  get waiting(): number {
    return this.#outbox.length;
  }

  /** Events that the upstream broker has acknowledged. */
  get sent(): number {
    return this.#delivery.sent;
  }

  /** Events dropped because too many were waiting. */
  get dropped(): number {
    return this.#outbox.dropped;
  }

  async start(): Promise<void> {
    await this.#outbox.open();
    this.#options.statePublisher.attach(this);
    this.#link.start();
  }

  /** Puts the event into the outbox, and returns at once. */
  accept(event: UserEvent): void {
    if (this.#options.cameFrom(event, this.#link.connection?.peer)) {
      this.#log.debug?.(`${event.id} skipped: it came from that broker`);
      return;
    }
    this.#outbox.append(event);
    this.#log.debug?.(`${event.id} queued; ${this.waiting} waiting`);
  }

  /** Replaces the previous publication on the same topic. */
  publish(publication: Publication): void {
    this.#latest.put(publication);
    this.#delivery.wake();
  }

  /**
   * Resolves when every event accepted so far is on disk, or waits in memory because the disk can't
   * be written.
   */
  async written(): Promise<void> {
    await this.#outbox.written();
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #connected(connection: RemoteConnection): Promise<void> {
    await this.#announce(connection);
    if (this.#options.subscriptions.length > 0) await this.#listen(connection);
    this.#latest.repeat();
    this.#delivery.start(connection);
  }

  async #announce(connection: RemoteConnection): Promise<void> {
    try {
      await connection.publish(this.#status('online'));
    } catch (error) {
      const isTopicOnly =
        error instanceof PublicationRefused && error.code !== reasonCode.retainNotSupported;
      if (!isTopicOnly) throw error;
      this.#refused.note(error);
    }
    if (connection.acknowledges) return;
    this.#logOnce(
      'the upstream broker supports only QoS 0: messages sent just as it disconnects are lost',
    );
  }

  /**
   * Logs once what the broker doesn't support: from here on the connection looks like any other.
   */
  #logForm({ retain, will }: ConnectionForm): void {
    const { broker, retain: isWanted } = this.#options;
    const parts = [
      ...(isWanted && !retain ? ['retained messages'] : []),
      ...(will ? [] : ['a last will']),
    ];
    if (parts.length === 0) return;
    const fix =
      isWanted && !retain
        ? `. Fix: set ${broker.section}.retain to false, or let it accept retained messages`
        : '';
    this.#logOnce(
      `the upstream broker does not accept ${parts.join(' or ')}; sending without${fix}`,
    );
  }

  #logOnce(line: string): void {
    if (this.#logged.has(line)) return;
    this.#logged.add(line);
    this.#log.warn(line);
  }

  /**
   * Requests from there are optional: a broker that refuses the subscription still gets everything.
   */
  async #listen(connection: RemoteConnection): Promise<void> {
    const refused = await connection.subscribe(this.#options.subscriptions);
    if (refused.length === 0) return;
    this.#log.warn(
      `the upstream broker does not allow this appliance to subscribe to ${refused.join(', ')}`,
    );
  }

  async #stop(): Promise<void> {
    const { clock } = this.#options;
    await atMost(clock, lastThingMs, this.#outbox.written());
    await atMost(clock, lastThingMs, this.#delivery.stop());
    const { connection } = this.#link;
    if (connection) {
      const goodbye = connection.publish(this.#status('offline'));
      // If the broker is gone at this moment, it publishes the will, which says the same.
      await atMost(
        clock,
        lastThingMs,
        goodbye.catch(() => {}),
      );
    }
    await this.#link.stop(lastThingMs);
    await this.#outbox.close(lastThingMs);
  }
}
