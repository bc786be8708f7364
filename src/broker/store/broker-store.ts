import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { RetryPauses } from '../../platform/retry-pauses.ts';
import type { Namespace } from '../../storage/namespace.ts';
import type { State } from '../../storage/state.ts';
import type { Owner } from '../access/client-ids.ts';
import { FilterBudget } from '../access/filter-budget.ts';
import { KnownNetworks } from '../access/known-networks.ts';
import { acceptPublished, type PublishedPacket } from './accept-published.ts';
import { Incoming } from './incoming.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { AcceptedMessages, type Kept } from './kept.ts';
import { loadStored } from './load-stored.ts';
import { MessageExpiry } from './message-expiry.ts';
import { OutgoingMessages } from './outgoing-messages.ts';
import { type QueueLimits, Queues, type QueuesOptions } from './queues.ts';
import { type RetainedLimits, RetainedMessages } from './retained-messages.ts';
import { type LeftOut, StoredSelection } from './select-stored.ts';
import type { SessionClient } from './session.ts';
import {
  type SessionLimits,
  type SessionOwner,
  Sessions,
  type SessionsOptions,
} from './sessions.ts';
import { Slices } from './slices.ts';
import { keys } from './stored-keys.ts';
import type { MessagePacket } from './stored-packets.ts';
import { type WillPacket, Wills } from './wills.ts';
import { WriteBudget } from './write-budget.ts';

export interface BrokerStoreOptions {
  readonly state: Pick<State, 'database'>;
  readonly limits: SessionLimits &
    QueueLimits &
    RetainedLimits & {
      /** QoS 2 messages that a client may have sent and not released. */
      readonly inFlightPerClient: number;
      /** Subscriptions of all clients and sessions. */
      readonly subscriptionsOfAll: number;
      /** What may be written to the card for clients that have not signed in, bytes an hour. */
      readonly anonymousBytesPerHour: number;
    };
  /** Called with each session that loses a message because too many are waiting. */
  readonly onDropped: QueuesOptions['onDropped'];
  /** Called with each session that ends because others need what it takes. */
  readonly onGiveWay: SessionsOptions['onGiveWay'];
  /** Called if the disk held more than there is room for. */
  readonly onLeftOut: (leftOut: LeftOut) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly retry: RetryPauses;
}

/**
 * Sessions are worth more than the messages that wait for them: without one a client gets nothing.
 */
const sessionsPart = 2;
/** A thousand clients behind one address, such as a gateway's, must find their sessions again. */
const sessionShares = { ofStrangers: 1 / 2, ofOne: 1 };

/**
 * What the broker keeps for its clients, across restarts and power cuts.
 * Everything is kept in memory and read from there; the journal writes changes to disk. What a
 * publisher gets an acknowledgement for is on disk first (`accept`), unless the disk can't be
 * written.
 */
export class BrokerStore {
  /** What is kept, by kind, for the code that answers the protocol's questions. */
  readonly kept: Kept;
  /** Networks that have priority over unknown ones. */
  readonly known: KnownNetworks;
  /** The total weight of the subscriptions of clients and sessions. */
  readonly filters: FilterBudget;
  /** What is sent to clients with a session. */
  readonly outgoing: OutgoingMessages;
  /**
   * Subscriptions of packets that were refused; Aedes would keep them along with the granted ones.
   */
  readonly refused = new WeakSet<object>();
  /** Subscriptions of packets with more parts to come, with which these are written. */
  readonly unfinished = new WeakSet<object>();
  readonly #options: BrokerStoreOptions;
  readonly #sessions: Sessions;
  readonly #queues: Queues;
  readonly #retained: RetainedMessages;
  readonly #slices: Slices;
  readonly #incoming: Incoming;
  readonly #wills: Wills;
  readonly #journal: Journal;
  readonly #expiry: MessageExpiry;

  constructor(options: BrokerStoreOptions) {
    const { state, limits, onDropped, onGiveWay, clock, log, retry } = options;
    this.#options = options;
    this.#expiry = new MessageExpiry(clock);
    this.#journal = new Journal({
      state,
      namespace: 'broker',
      select: (namespace) => this.#select(namespace),
      onLoad: (entries) => this.#load(entries),
      budgets: {
        messages: new WriteBudget(limits.anonymousBytesPerHour, clock),
        sessions: new WriteBudget(
          sessionsPart * limits.anonymousBytesPerHour,
          clock,
          sessionShares,
        ),
      },
      clock,
      log,
      retry,
    });
    this.known = new KnownNetworks({
      write: (network, seenAt) =>
        this.#journal.put(keys.known(network), seenAt?.toString(), 'lazy'),
      now: () => clock.now(),
    });
    this.filters = new FilterBudget(limits.subscriptionsOfAll);
    this.#retained = new RetainedMessages(limits, this.#journal, this.#expiry, log);
    this.#slices = new Slices(clock);
    this.#incoming = new Incoming(limits.inFlightPerClient, this.#journal);
    this.#wills = new Wills(this.#journal);
    this.#queues = new Queues({ limits, journal: this.#journal, onDropped, clock });
    this.#sessions = new Sessions({
      limits,
      journal: this.#journal,
      queues: this.#queues,
      filters: this.filters,
      onGiveWay,
      clock,
    });
    this.outgoing = new OutgoingMessages({
      sessions: this.#sessions,
      queues: this.#queues,
      expiry: this.#expiry,
    });
    this.kept = {
      sessions: this.#sessions,
      queues: this.#queues,
      retained: this.#retained,
      slices: this.#slices,
      incoming: this.#incoming,
      wills: this.#wills,
      inFlightPerClient: limits.inFlightPerClient,
      refused: this.refused,
      unfinished: this.unfinished,
      journal: this.#journal,
      accepted: new AcceptedMessages(),
      expiry: this.#expiry,
    };
  }

  get statistics() {
    return {
      messages: this.#queues.messages.count,
      queuedBytes: this.#queues.bytes,
      retained: this.#retained.count,
      sessions: this.#sessions.count,
      sessionsAway: [...this.#sessions.all()].filter(({ client }) => !client).length,
      subscriptions: this.filters.total,
    };
  }

  /** Whether there are sessions that may want messages while their client is offline. */
  get hasSessions(): boolean {
    return this.#sessions.count > 0;
  }

  /** The owner of a client id's session; undefined if there is none, or it is unknown. */
  ownerOf(clientId: string): Owner | undefined {
    this.#sessions.endIfExpired(clientId);
    return this.#sessions.get(clientId)?.owner;
  }

  /** How many subscriptions a client resumes with its session. */
  subscriptionsOf(clientId: string): number {
    return this.#sessions.get(clientId)?.subscriptions.size ?? 0;
  }

  /**
   * Removes subscriptions from a session that its owner isn't allowed to have: no longer, or
   * because it comes from version 1.0, which stored no owners.
   */
  restrict(clientId: string, maySubscribe: (filter: string) => boolean): void {
    const session = this.#sessions.get(clientId);
    if (!session) return;
    const forbidden = [...session.subscriptions.keys()].filter((filter) => !maySubscribe(filter));
    if (forbidden.length === 0) return;
    this.#queues.catchUp(session);
    this.#sessions.unsubscribe(clientId, forbidden);
    for (const queued of session.queue.values()) {
      const subscribed = this.#sessions.subscribedTo(queued.message.packet.topic);
      if (!subscribed.some((one) => one.clientId === clientId))
        this.#queues.remove(session, queued);
    }
  }

  /** Ends a session, and clears what its client has sent and not released. */
  endSession(clientId: string): void {
    this.#sessions.end(clientId);
    this.#incoming.clear(clientId);
  }

  /** Whether only a few subscriptions wait for their retained messages. */
  get hasRoomForLookUps(): boolean {
    return this.#slices.hasRoom;
  }

  /**
   * Names a topic on which the appliance itself retains a message, which it publishes again after a
   * restart.
   */
  addOwnTopic(topic: string): void {
    this.#retained.addOwnTopic(topic);
  }

  /**
   * Keeps a message that is about to be passed to connected clients for those that want it later:
   * as the retained message of its topic, and in the queues of sessions.
   */
  keep(message: MessagePacket): void {
    if (message.retain) {
      const kept = { ...message };
      this.#expiry.begin(kept);
      this.#retained.store(kept, undefined);
    }
    if (message.qos === 0 || !this.hasSessions) return;
    const subscribed = this.#sessions.subscribedTo(message.topic);
    if (subscribed.length === 0) return;
    this.#expiry.begin(message);
    this.#queues.enqueue(this.#sessions.recipients(subscribed), message, 'soon');
  }

  /** The packet identifier with which messages to a client continue; undefined if any will do. */
  nextMessageIdOf(clientId: string): number | undefined {
    return this.#sessions.get(clientId)?.nextMessageId;
  }

  /** A client has connected (and one with the same id, if there was one, is gone). */
  connected(client: SessionClient, owner: SessionOwner): void {
    if (client.clean) this.#incoming.clear(client.id);
    this.#wills.forgetLeft(client.id);
    this.#sessions.connected(client, owner);
  }

  /** @param isTakenOver whether another connection resumes its session */
  disconnected(client: SessionClient, isTakenOver: boolean): void {
    if (client.clean && !isTakenOver) this.#incoming.clear(client.id);
    this.#sessions.disconnected(client, isTakenOver);
  }

  /**
   * Keeps a message that a client may publish, before Aedes acknowledges it. Resolves when a power
   * cut can't lose it any more; undefined if there is nothing to keep.
   * @throws if the client has too many open QoS 2 messages
   */
  accept(client: SessionClient, owner: SessionOwner, packet: PublishedPacket) {
    return acceptPublished(this.kept, client, owner, packet);
  }

  /** The wills of clients that were connected when the earlier run ended. */
  leftWills(): WillPacket[] {
    return this.#wills.left();
  }

  /** Whether this will must still be published: not if its client is back. */
  takeLeftWill(will: WillPacket): boolean {
    return this.#wills.takeLeft(will);
  }

  async #select(namespace: Namespace): Promise<readonly JournalEntry[]> {
    const { limits, onLeftOut } = this.#options;
    const { entries, leftOut } = await new StoredSelection(namespace, limits).run();
    if (Object.values(leftOut).some((count) => count > 0)) onLeftOut(leftOut);
    return entries;
  }

  #load(entries: readonly JournalEntry[]): void {
    loadStored(entries, {
      sessions: this.#sessions,
      queues: this.#queues,
      known: this.known,
      retained: this.#retained,
      incoming: this.#incoming,
      wills: this.#wills,
      journal: this.#journal,
      expiry: this.#expiry,
      log: this.#options.log,
    });
  }
}
