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
  /** What every topic begins with there; empty, or ending in `/`. */
  readonly topicPrefix: string;
  /** Whether the broker there may be asked to keep messages. */
  readonly retain: boolean;
  readonly clientId: () => Promise<string>;
  readonly isOwnBroker: (peer: Endpoint) => boolean;
  /** Whether an event came from that very broker, and must not go back to it. */
  readonly cameFrom: (event: UserEvent, peer: Endpoint | undefined) => boolean;
  readonly statePublisher: Pick<StatePublisher, 'attach'>;
  /** Topics to listen on there, as they are there. */
  readonly subscriptions: readonly string[];
  readonly onMessage: (topic: string, payload: Buffer, retained: boolean) => void;
  /** Where the database is, while there is one. */
  readonly state: DatabaseSource;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly health: PartHealth;
  readonly outboxHealth: PartHealth;
  /** Other than what the product promises: for tests. */
  readonly limits?: UpstreamLimits;
}

export interface UpstreamLimits {
  /** Events that may wait on disk. */
  readonly capacity: number;
  /** Events that may wait in memory while the disk takes none. */
  readonly memoryCapacity: number;
  /** Between tries to connect, ms. A try comes after half of it at the earliest. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

export const upstreamLimits: UpstreamLimits = {
  capacity: 100_000,
  memoryCapacity: 10_000,
  firstRetryMs: 2000,
  longestRetryMs: 60_000,
};

/** What each of the last things gets when the appliance stops, ms. */
const lastThingMs = 700;

/**
 * Sends every publication to another broker as well: events in order, by way of an outbox on disk;
 * of how things are, the latest only.
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
        // The connections were cut for another reason than what is retained.
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

  /** Events that wait for the upstream broker. */
  get waiting(): number {
    return this.#outbox.length;
  }

  /** Events that the upstream broker has taken. */
  get sent(): number {
    return this.#delivery.sent;
  }

  /** Events that went because too many waited. */
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
      this.#log.debug?.(`${event.id} left out: it came from that broker`);
      return;
    }
    this.#outbox.append(event);
    this.#log.debug?.(`${event.id} queued; ${this.waiting} wait`);
  }

  /** Replaces what was to be said, or was said, on the same topic. */
  publish(publication: Publication): void {
    this.#latest.put(publication);
    this.#delivery.wake();
  }

  /** Resolves when every event accepted so far is on disk, or waits for a disk that takes nothing. */
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
    this.#logOnce('the upstream broker takes QoS 0 only: what is sent as it goes away is lost');
  }

  /** What the broker does without, said once: from here on the connection looks like any other. */
  #logForm({ retain, will }: ConnectionForm): void {
    const { broker, retain: isWanted } = this.#options;
    const parts = [
      ...(isWanted && !retain ? ['no retained messages'] : []),
      ...(will ? [] : ['no last will']),
    ];
    if (parts.length === 0) return;
    const fix =
      isWanted && !retain
        ? `. Fix: set ${broker.section}.retain to false, or let it keep messages`
        : '';
    this.#logOnce(`the upstream broker takes ${parts.join(' and ')}: sent without${fix}`);
  }

  #logOnce(line: string): void {
    if (this.#logged.has(line)) return;
    this.#logged.add(line);
    this.#log.warn(line);
  }

  /** What may be asked from there is an extra: a broker that refuses it still gets everything. */
  async #listen(connection: RemoteConnection): Promise<void> {
    const refused = await connection.subscribe(this.#options.subscriptions);
    if (refused.length === 0) return;
    this.#log.warn(
      `the upstream broker does not let this appliance listen to ${refused.join(', ')}`,
    );
  }

  async #stop(): Promise<void> {
    const { clock } = this.#options;
    await atMost(clock, lastThingMs, this.#outbox.written());
    await atMost(clock, lastThingMs, this.#delivery.stop());
    const { connection } = this.#link;
    if (connection) {
      const goodbye = connection.publish(this.#status('offline'));
      // A broker that is gone at this moment publishes the will, which says the same.
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
