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
  /** Called with each session that loses a message because too many wait. */
  readonly onDropped: QueuesOptions['onDropped'];
  /** Called with each session that ends because others need what it takes. */
  readonly onGiveWay: SessionsOptions['onGiveWay'];
  /** Called when the disk held more than there is room for. */
  readonly onLeftOut: (leftOut: LeftOut) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly retry: RetryPauses;
}

/** Sessions themselves are worth more than what waits for them: without one a client gets nothing. */
const sessionsPart = 2;
/** A thousand clients behind one address, such as a gateway's, are to be found again. */
const sessionShares = { ofStrangers: 1 / 2, ofOne: 1 };

/**
 * What the broker keeps for its clients, over restarts and power cuts.
 *
 * Everything is in memory, where it is read; the journal brings changes to disk. What a publisher
 * gets an acknowledgement for is on disk before (`accept`), unless the disk takes nothing.
 */
export class BrokerStore {
  /** What there is of each kind, for those who answer what the protocol asks. */
  readonly kept: Kept;
  /** The networks that strangers come after. */
  readonly known: KnownNetworks;
  /** What subscriptions of clients and sessions take together. */
  readonly filters: FilterBudget;
  /** What goes out to clients with a session. */
  readonly outgoing: OutgoingMessages;
  /** Subscriptions of packets that were refused; Aedes would keep them beside those granted. */
  readonly refused = new WeakSet<object>();
  /** Subscriptions of packets of which others are to come, with which these are written. */
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

  /** Whether there are sessions that may want messages while their client is away. */
  get hasSessions(): boolean {
    return this.#sessions.count > 0;
  }

  /** To whom the session of a client id belongs; undefined when there is none, or nobody knows. */
  ownerOf(clientId: string): Owner | undefined {
    this.#sessions.endIfExpired(clientId);
    return this.#sessions.get(clientId)?.owner;
  }

  /** How many subscriptions a client goes on with when its session does. */
  subscriptionsOf(clientId: string): number {
    return this.#sessions.get(clientId)?.subscriptions.size ?? 0;
  }

  /**
   * Takes from a session what its owner may not read, any more or as one who goes on with a session
   * of version 1.0, which kept no owners.
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

  /** Ends a session, and forgets what its client has sent and not released. */
  endSession(clientId: string): void {
    this.#sessions.end(clientId);
    this.#incoming.clear(clientId);
  }

  /** Whether few subscriptions wait for their retained messages. */
  get hasRoomForLookUps(): boolean {
    return this.#slices.hasRoom;
  }

  /** Names a topic on which the appliance itself retains a message: it says it again after a restart. */
  addOwnTopic(topic: string): void {
    this.#retained.addOwnTopic(topic);
  }

  /**
   * Keeps a message that is about to be handed to those connected, for those who want it later: as the
   * retained one of its topic, and in the queues of sessions.
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

  /** The packet identifier with which messages to a client go on; undefined where any will do. */
  nextMessageIdOf(clientId: string): number | undefined {
    return this.#sessions.get(clientId)?.nextMessageId;
  }

  /** A client has connected (and one of the same name, if there was one, is gone). */
  connected(client: SessionClient, owner: SessionOwner): void {
    if (client.clean) this.#incoming.clear(client.id);
    this.#wills.forgetLeft(client.id);
    this.#sessions.connected(client, owner);
  }

  /** @param isTakenOver whether another connection goes on with its session */
  disconnected(client: SessionClient, isTakenOver: boolean): void {
    if (client.clean && !isTakenOver) this.#incoming.clear(client.id);
    this.#sessions.disconnected(client, isTakenOver);
  }

  /**
   * Keeps a message that a client may publish, before Aedes acknowledges it. Resolves when a power
   * cut can't take it any more; undefined when there is nothing to keep.
   * @throws when the client has too many QoS 2 messages open
   */
  accept(client: SessionClient, owner: SessionOwner, packet: PublishedPacket) {
    return acceptPublished(this.kept, client, owner, packet);
  }

  /** The wills of clients that were connected when the earlier run ended. */
  leftWills(): WillPacket[] {
    return this.#wills.left();
  }

  /** Whether this will is still to be published: not when its client is back. */
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
