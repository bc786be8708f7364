import { createUserFilter, type ExcludedUser } from '../../events/excluded-users.ts';
import { byKind, commandList } from '../../events/kinds.ts';
import type { UserEvent } from '../../events/user-event.ts';
import type { PartHealth } from '../../health/health.ts';
import { createUserAgentReader } from '../../ingest/user-agent.ts';
import { addLast } from '../../platform/bounded-map.ts';
import type { Clock } from '../../platform/clock.ts';
import { excerpt } from '../../platform/excerpt.ts';
import type { Log } from '../../platform/log.ts';
import { recordOf } from '../../platform/record-of.ts';
import type { RetryPauses } from '../../platform/retry-pauses.ts';
import type { TopicSettings } from '../../publications/topics.ts';
import { BrokerLink } from '../link/broker-link.ts';
import { SubscriptionRefused } from '../link/connection-errors.ts';
import type { Endpoint, RemoteBroker } from '../link/remote-broker.ts';
import type { RemoteConnection } from '../link/remote-connection.ts';
import { Copies } from './copies.ts';
import {
  createMessageReader,
  type HeardEvent,
  type MessageReader,
  type MessageRejection,
  messageRejections,
} from './read-message.ts';

export interface SatelliteOptions {
  readonly broker: RemoteBroker;
  /** Finds the broker again for every attempt; rejects with a RemoteBrokerFault. */
  readonly locate: () => Promise<Endpoint>;
  readonly topics: TopicSettings;
  /** The prefix of every topic there; empty, or ending in `/`. */
  readonly topicPrefix: string;
  readonly excludeUser: readonly ExcludedUser[];
  readonly clientId: () => Promise<string>;
  readonly isOwnBroker: (peer: Endpoint) => boolean;
  /** Makes the id of an event received at `timeMs` (ms since 1970): unique, sortable by time. */
  readonly createId: (timeMs: number) => string;
  /**
   * Called with each event, in the same turn of the event loop in which its message was read.
   * @param readAtMs when the message was read, on the monotonic clock
   */
  readonly deliver: (event: UserEvent, readAtMs: number) => void;
  readonly clock: Clock;
  readonly timeIsKnown: () => boolean;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** How many ids of events from there are kept, so that none is sent back. */
const mostTaken = 10_000;
/** A time that differs from ours by more than this comes from a clock that is wrong, ms. */
const believedTimeMs = 7 * 24 * 60 * 60 * 1000;
/** Minimum time between log lines about rejected messages, ms. */
const logEveryMs = 60_000;
/** Time limit for disconnecting, ms. */
const goodbyeMs = 700;

/** Takes events from another broker, as the UDP socket takes them from the network. */
export class Satellite {
  /** Events accepted since the start. */
  readonly accepted = byKind(() => 0);
  readonly rejected = recordOf(messageRejections, () => 0);
  /** Messages that repeated an event. */
  copies = 0;
  /** Events of excluded users, which are dropped. */
  excluded = 0;
  readonly #options: SatelliteOptions;
  readonly #reader: MessageReader;
  readonly #copies = new Copies();
  readonly #isExcluded: (event: Pick<UserEvent, 'userDirectory' | 'userId'>) => boolean;
  readonly #link: BrokerLink;
  readonly #taken = new Set<string>();
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(options: SatelliteOptions) {
    this.#options = options;
    const { topics, topicPrefix } = options;
    this.#reader = createMessageReader({
      topics,
      topicPrefix,
      readUserAgent: createUserAgentReader(),
    });
    this.#isExcluded = createUserFilter(options.excludeUser);
    this.#link = new BrokerLink({
      broker: options.broker,
      locate: options.locate,
      clientId: options.clientId,
      // Events that happen while this appliance restarts are queued there.
      clean: false,
      isOwnBroker: options.isOwnBroker,
      onMessage: (topic, payload, retained) => this.#receive(topic, payload, retained),
      onUp: (connection) => this.#subscribe(connection),
      clock: options.clock,
      log: options.log,
      health: options.health,
      retry: options.retry,
    });
  }

  /** Starts to connect, and returns at once. */
  start(): void {
    this.#link.start();
  }

  async stop(): Promise<void> {
    await this.#link.stop(goodbyeMs);
  }

  /** Records an event that came by UDP: it may come back through the other broker. */
  note(event: UserEvent): void {
    this.#copies.note(event, this.#options.clock.monotonicMs());
  }

  /** Whether an event came from the broker at the other end of another connection. */
  cameFrom({ id }: Pick<UserEvent, 'id'>, peer: Endpoint | undefined): boolean {
    if (!this.#taken.has(id)) return false;
    const own = this.#link.connection?.peer;
    return (
      peer !== undefined && own !== undefined && peer.host === own.host && peer.port === own.port
    );
  }

  async #subscribe(connection: RemoteConnection): Promise<void> {
    const { topics } = this.#reader;
    const refused = await connection.subscribe(topics);
    if (refused.length === topics.length) throw new SubscriptionRefused(refused);
    if (refused.length > 0) {
      this.#options.log.warn(
        `not allowed to subscribe to ${refused.join(', ')}; using the other topics`,
      );
    }
  }

  #receive(topic: string, payload: Buffer, retained: boolean): void {
    // A retained message is an old event.
    if (retained) return;
    const { clock, deliver, log } = this.#options;
    const readAtMs = clock.monotonicMs();
    log.silly?.(`message on ${topic}: ${excerpt(payload)}`);
    const reading = this.#reader.read(topic, payload);
    if (!reading) return;
    if (!reading.ok) {
      this.#reject(reading.reason, topic);
      return;
    }
    if (!this.#copies.isNew(reading.form, reading.event, readAtMs)) {
      this.copies += 1;
      log.debug?.(`${reading.event.id ?? 'an event'} skipped: it was already received`);
      return;
    }
    if (this.#isExcluded(reading.event)) {
      this.excluded += 1;
      log.debug?.(
        `${reading.event.id ?? 'an event'} skipped: its user is in Butler.userEvents.excludeUser`,
      );
      return;
    }
    const event = this.#complete(reading.event);
    this.accepted[event.kind] += 1;
    log.debug?.(`${event.id} accepted: ${event.command} on ${event.host}, from ${topic}`);
    this.#copies.remember(event.id);
    addLast(this.#taken, event.id, mostTaken);
    deliver(event, readAtMs);
  }

  #complete(heard: HeardEvent): UserEvent {
    const { clock, timeIsKnown, createId } = this.#options;
    const now = clock.now();
    const { id, receivedAt: heardAt, timeUnknown, source, ...fields } = heard;
    const timeThere = heardAt === undefined || timeUnknown ? undefined : new Date(heardAt);
    const isBelieved =
      timeThere !== undefined &&
      (!timeIsKnown() || Math.abs(timeThere.getTime() - now.getTime()) < believedTimeMs);
    return {
      id: id ?? createId(now.getTime()),
      receivedAt: (isBelieved ? timeThere : now).toISOString(),
      ...(!isBelieved && !timeIsKnown() && { timeUnknown: true }),
      ...fields,
      source: source ?? this.#link.connection?.peer.host ?? '',
    };
  }

  #reject(reason: MessageRejection, topic: string): void {
    this.rejected[reason] += 1;
    const { clock, log } = this.#options;
    const now = clock.monotonicMs();
    if (now < this.#quietUntil) return;
    this.#quietUntil = now + logEveryMs;
    log.warn(`rejected a message on ${topic}: ${explanations[reason]}`);
  }
}

const explanations: Record<MessageRejection, string> = {
  'too-large': 'it is longer than any event',
  unreadable: 'it is neither `host: directory/user` nor the JSON of an event',
  'unknown-command': `its command is not one of ${commandList}`,
  'missing-host': 'it has no host',
};
