import { FairShares, type Party } from '../../access/fair-shares.ts';
import { type Clock, earliestTime } from '../../platform/clock.ts';
import { anonymous, type Owner } from '../access/client-ids.ts';
import { type FilterBudget, weightOfFilter } from '../access/filter-budget.ts';
import { TopicTree } from '../topics/topic-tree.ts';
import type { Journal, Urgency } from './journal.ts';
import type { Queues } from './queues.ts';
import { isSame, type Recipient, Session, type SessionClient } from './session.ts';
import { presenceOf, SessionWrites } from './session-writes.ts';
import { partyOfStored, readStoredSession, type StoredSubscription } from './stored-session.ts';
import { type Subscribed, subscribed, widest } from './widest-subscription.ts';

export interface SessionLimits {
  /** The number of sessions of all clients; beyond it, one whose client is offline ends. */
  readonly sessions: number;
}

export interface SessionsOptions {
  readonly limits: SessionLimits;
  readonly journal: Journal;
  readonly queues: Queues;
  /** Where subscriptions are counted. */
  readonly filters: FilterBudget;
  /** Called with each session that is about to end because others need what it takes. */
  readonly onGiveWay: (session: Session, needed: 'sessions' | 'subscriptions') => void;
  readonly clock: Clock;
}

/** The owner of a session, and the party that competes for what it takes. */
export interface SessionOwner {
  readonly owner: Owner;
  readonly party: Party;
}

/** How often sessions are checked for expiry, ms. */
const expiryLookMs = 60_000;

/** The sessions of all clients that asked for one that survives the connection. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #byClient = new Map<string, Session>();
  /** Subscriptions for which messages are queued: QoS 1 and 2. */
  readonly #filters = new TopicTree<string, Subscribed>();
  /** The number of each party's sessions whose clients are offline. */
  readonly #away = new FairShares();
  readonly #writes: SessionWrites;
  #cancelLook: (() => void) | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#writes = new SessionWrites(options.journal, options.clock);
  }

  /** For how many subscriptions messages are queued, and how many clients have any. */
  counts() {
    const clients = [...this.#byClient.values()].filter(({ subscriptions }) => subscriptions.size);
    return { subscriptions: this.#filters.count, clients: clients.length };
  }

  get count(): number {
    return this.#byClient.size;
  }

  get(clientId: string): Session | undefined {
    return this.#byClient.get(clientId);
  }

  all(): Iterable<Session> {
    return this.#byClient.values();
  }

  getOrCreate(clientId: string): Session {
    const known = this.#byClient.get(clientId);
    if (known) return known;
    const session = new Session(clientId, () => this.#giveWay(session));
    session.expiryFromMs = this.#options.clock.monotonicMs();
    this.#byClient.set(clientId, session);
    this.#away.add(session.party, 1);
    return session;
  }

  connected(client: SessionClient, { owner, party }: SessionOwner): void {
    if (client.clean) {
      this.end(client.id);
      return;
    }
    const session = this.getOrCreate(client.id);
    if (!session.client) this.#away.remove(session.party, 1);
    this.#options.queues.catchUp(session);
    session.connect(client);
    this.#giveTo(session, party);
    session.owner = owner;
    this.#writes.connected(session);
    this.#endTooMany();
  }

  /** @param isTakenOver whether another connection resumes the session */
  disconnected(client: SessionClient, isTakenOver = false): void {
    const session = this.#byClient.get(client.id);
    if (session?.client !== client) return;
    session.disconnect();
    this.#away.add(session.party, 1);
    session.expirySeconds = client.sessionExpiryInterval ?? session.expirySeconds;
    session.expiryFromMs = this.#options.clock.monotonicMs();
    session.disconnectedAt = this.#options.clock.now().getTime();
    const ends = client.clean || session.expirySeconds === 0;
    if (ends && !isTakenOver) this.end(client.id);
    else this.#writes.disconnected(session);
  }

  /** Deletes everything about a client. */
  end(clientId: string): void {
    const session = this.#byClient.get(clientId);
    if (!session) return;
    for (const [topic, { qos }] of session.subscriptions) {
      if (qos > 0) this.#filters.delete(topic, clientId);
    }
    session.hasEnded = true;
    this.#options.filters.release(session);
    this.#options.queues.clear(session);
    if (!session.client) this.#away.remove(session.party, 1);
    session.disconnect();
    this.#byClient.delete(clientId);
    this.#writes.ended(session);
  }

  /** @param urgency `lazy` if more of the same packet follows */
  subscribe(
    clientId: string,
    subscriptions: readonly (readonly [topic: string, StoredSubscription])[],
    urgency: 'promised' | 'lazy',
  ): void {
    const session = this.getOrCreate(clientId);
    let isNew = session.isUnfinished;
    for (const [topic, subscription] of subscriptions) {
      const before = session.subscriptions.get(topic);
      if (before && isSame(before, subscription)) continue;
      isNew = true;
      if (subscription.qos > 0)
        this.#filters.set(topic, clientId, subscribed(clientId, topic, subscription));
      else if (before && before.qos > 0) this.#filters.delete(topic, clientId);
      session.subscriptions.set(topic, subscription);
      if (!before) this.#options.filters.add(session, weightOfFilter(topic));
    }
    // Clients that reconnect subscribe to everything they already have.
    if (!isNew) return;
    session.isUnfinished = urgency === 'lazy';
    this.write(session, urgency);
  }

  unsubscribe(clientId: string, topics: readonly string[]): void {
    const session = this.#byClient.get(clientId);
    if (!session || !topics.some((topic) => session.subscriptions.has(topic))) return;
    for (const topic of topics) {
      const before = session.subscriptions.get(topic);
      if (!before) continue;
      if (before.qos > 0) this.#filters.delete(topic, clientId);
      session.subscriptions.delete(topic);
      this.#options.filters.add(session, -weightOfFilter(topic));
    }
    this.write(session, 'lazy');
  }

  /**
   * Every client with a session that wants messages on `topic`: once for each filter. The server's
   * own messages (`$…`) are not queued.
   */
  subscribedTo(topic: string): readonly Subscribed[] {
    if (topic.startsWith('$')) return [];
    return this.#filters.match(topic);
  }

  /** The sessions behind subscriptions, each once. */
  *recipients(
    subscriptions: readonly Pick<Subscribed, 'clientId' | 'qos' | 'rap'>[],
  ): Generator<Recipient> {
    for (const { clientId, qos, rap } of widest(subscriptions)) {
      yield { session: this.getOrCreate(clientId), qos, rap } as Recipient;
    }
  }

  /** Writes everything, after what is on disk was loaded late. */
  writeAll(): void {
    for (const session of this.#byClient.values()) {
      this.write(session, 'soon');
      for (const queued of session.queue.values()) {
        this.#options.queues.write(session, queued, 'soon');
      }
    }
  }

  /**
   * Loads a session that an earlier run left. False if another identity has this client id by now,
   * which is possible while the disk was unavailable; a user's session has priority over an
   * anonymous one.
   */
  load(clientId: string, text: string, known: { has(network: string): boolean }): boolean {
    const stored = readStoredSession(text);
    const present = this.#byClient.get(clientId);
    if (present) {
      if (stored.owner === undefined || stored.owner === present.owner) return true;
      if (stored.owner === anonymous || present.owner !== anonymous) return false;
      present.giveWay();
    }
    const session = this.getOrCreate(clientId);
    this.#away.remove(session.party, 1);
    session.party = partyOfStored(stored, known);
    session.owner = stored.owner;
    this.#away.add(session.party, 1);
    session.expirySeconds = stored.expirySeconds;
    session.disconnectedAt = stored.disconnectedAt;
    const now = this.#options.clock.now().getTime();
    const timeIsKnown =
      stored.disconnectedAt !== undefined && stored.disconnectedAt >= earliestTime;
    const awayMs = timeIsKnown ? Math.max(0, now - (stored.disconnectedAt ?? now)) : 0;
    session.expiryFromMs = this.#options.clock.monotonicMs() - awayMs;
    for (const [topic, subscription] of stored.subscriptions) {
      session.subscriptions.set(topic, subscription);
      this.#options.filters.add(session, weightOfFilter(topic));
      if (subscription.qos > 0)
        this.#filters.set(topic, clientId, subscribed(clientId, topic, subscription));
    }
    session.writtenAs = presenceOf(session);
    return true;
  }

  /** Ends the sessions that have expired. */
  endExpired(): void {
    for (const clientId of this.#byClient.keys()) this.endIfExpired(clientId);
  }

  /** The same for one session, which its client may be about to resume. */
  endIfExpired(clientId: string): void {
    const session = this.#byClient.get(clientId);
    if (!session || session.client) return;
    const awayMs = this.#options.clock.monotonicMs() - session.expiryFromMs;
    if (awayMs >= session.expirySeconds * 1000) this.end(clientId);
  }

  /** Checks regularly for sessions that have expired. */
  start(): void {
    this.endExpired();
    this.#lookLater();
  }

  stop(): void {
    this.#cancelLook?.();
    this.#writes.writeDue(true);
  }

  #lookLater(): void {
    this.#cancelLook = this.#options.clock.schedule(expiryLookMs, () => {
      this.endExpired();
      this.#writes.writeDue();
      this.#lookLater();
    });
  }

  /** Counts what a session takes for another party from now on. */
  #giveTo(session: Session, party: Party): void {
    const { filters, queues } = this.#options;
    filters.move(session, () => queues.moveTo(session, party));
  }

  /** @param isPaidFor whether it is written in any case */
  write(session: Session, urgency: Urgency, isPaidFor = false): void {
    this.#writes.write(session, urgency, isPaidFor);
  }

  /** Beyond the limit, ends one whose client is offline: of the party that must give way first. */
  #endTooMany(): void {
    while (this.#byClient.size > this.#options.limits.sessions) {
      const { first } = this.#away;
      const session = first && this.#longestAwayOf(first);
      if (!session) return;
      this.#options.onGiveWay(session, 'sessions');
      this.end(session.clientId);
    }
  }

  #giveWay(session: Session): void {
    this.#options.onGiveWay(session, 'subscriptions');
    this.end(session.clientId);
  }

  #longestAwayOf({ key, standing }: Party): Session | undefined {
    let longest: Session | undefined;
    for (const session of this.#byClient.values()) {
      const { party, client, expiryFromMs } = session;
      if (client || party.key !== key || party.standing !== standing) continue;
      if (!longest || expiryFromMs < longest.expiryFromMs) longest = session;
    }
    return longest;
  }
}
