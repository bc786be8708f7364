import QlobberSub from 'qlobber/aedes/qlobber-sub.js';
import { type Clock, earliestTime } from '../../../clock.ts';
import type { Log } from '../../../log.ts';
import type { Journal, Urgency } from './journal.ts';
import { keys } from './keys.ts';
import { Messages, type StoredMessage } from './messages.ts';
import {
  type QueuedMessage,
  Session,
  type SessionClient,
  type StoredSubscription,
} from './session.ts';
import { encodeMessage, type MessagePacket } from './stored-packets.ts';
import { widest } from './widest-subscription.ts';

export interface SessionLimits {
  /** Messages that may wait for one client; past it the oldest go. */
  readonly queuedPerClient: number;
  readonly queuedBytesPerClient: number;
  /** Sessions of clients that are not connected; past it the one away longest ends. */
  readonly sessions: number;
}

export interface SessionsOptions {
  readonly limits: SessionLimits;
  readonly journal: Journal;
  /** Told of every message that went because too many waited. */
  readonly onDropped: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often sessions are looked through for those that have expired, ms. */
const expiryLookMs = 60_000;

export type Subscribed = ReturnType<QlobberSub['match']>[number];

/** The sessions of all clients that asked for one that outlives the connection. */
export class Sessions {
  readonly messages = new Messages();
  readonly #options: SessionsOptions;
  readonly #byClient = new Map<string, Session>();
  /** Subscriptions for which messages are queued: QoS 1 and 2. */
  readonly #filters = new QlobberSub({
    wildcard_one: '+',
    wildcard_some: '#',
    separator: '/',
    // MQTT 3.1.1, section 4.7.1.3: `+` takes an empty level, too.
    match_empty_levels: true,
  });
  #cancelLook: (() => void) | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** How many subscriptions messages are queued for, and how many clients have any. */
  counts() {
    const clients = [...this.#byClient.values()].filter(({ subscriptions }) => subscriptions.size);
    return { subscriptions: this.#filters.subscriptionsCount, clients: clients.length };
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

  /** A message as it waits in a client's queue; undefined when it does not. */
  queuedFor(session: Session, packet: MessagePacket): QueuedMessage | undefined {
    const message = this.messages.find(packet);
    return message && session.queue.get(message);
  }

  getOrCreate(clientId: string): Session {
    const known = this.#byClient.get(clientId);
    if (known) return known;
    const session = new Session(clientId);
    session.expiryFromMs = this.#options.clock.monotonicMs();
    this.#byClient.set(clientId, session);
    return session;
  }

  connected(client: SessionClient): void {
    if (client.clean) {
      this.end(client.id);
      return;
    }
    const session = this.getOrCreate(client.id);
    session.connect(client);
    this.#writeSession(session, 'lazy');
  }

  disconnected(client: SessionClient): void {
    const session = this.#byClient.get(client.id);
    if (session?.client !== client) return;
    session.disconnect();
    session.expirySeconds = client.sessionExpiryInterval ?? session.expirySeconds;
    session.expiryFromMs = this.#options.clock.monotonicMs();
    session.disconnectedAt = this.#options.clock.now().getTime();
    if (client.clean) this.end(client.id);
    else {
      this.#writeSession(session, 'lazy');
      this.#endTooMany();
    }
  }

  /** Forgets everything about a client. */
  end(clientId: string): void {
    const session = this.#byClient.get(clientId);
    if (!session) return;
    for (const [topic, { qos }] of session.subscriptions) {
      if (qos > 0) this.#filters.remove(topic, { clientId, topic });
    }
    for (const queued of session.queue.values()) this.remove(session, queued);
    session.disconnect();
    this.#byClient.delete(clientId);
    this.#options.journal.put(keys.session(clientId), undefined, 'lazy');
  }

  subscribe(
    clientId: string,
    subscriptions: readonly (readonly [topic: string, StoredSubscription])[],
  ): void {
    const session = this.getOrCreate(clientId);
    for (const [topic, subscription] of subscriptions) {
      const before = session.subscriptions.get(topic);
      if (subscription.qos > 0) this.#filters.add(topic, { clientId, topic, ...subscription });
      else if (before && before.qos > 0) this.#filters.remove(topic, { clientId, topic });
      session.subscriptions.set(topic, subscription);
    }
    this.#writeSession(session, 'promised');
  }

  unsubscribe(clientId: string, topics: readonly string[]): void {
    const session = this.#byClient.get(clientId);
    if (!session || !topics.some((topic) => session.subscriptions.has(topic))) return;
    for (const topic of topics) {
      const { qos = 0 } = session.subscriptions.get(topic) ?? {};
      if (qos > 0) this.#filters.remove(topic, { clientId, topic });
      session.subscriptions.delete(topic);
    }
    this.#writeSession(session, 'lazy');
  }

  /**
   * Every client with a session that wants messages on `topic`: once for each filter. What the
   * server tells of itself (`$…`) waits for nobody.
   */
  subscribedTo(topic: string): Subscribed[] {
    if (topic.startsWith('$')) return [];
    return this.#filters.match(topic);
  }

  /** Puts a message into the queues of those who subscribed to it. */
  enqueue(
    subscriptions: readonly Pick<Subscribed, 'clientId' | 'qos' | 'rap'>[],
    packet: MessagePacket,
    urgency: Urgency,
  ): StoredMessage {
    const message = this.messages.add(packet);
    this.messages.nameOrigin(message, packet);
    const { journal } = this.#options;
    journal.put(keys.message(message.sequence), encodeMessage(packet), urgency);
    for (const { clientId, qos, rap } of widest(subscriptions)) {
      const session = this.getOrCreate(clientId);
      const queued: QueuedMessage = {
        message,
        qos: packet.qos === 2 && qos === 2 ? 2 : 1,
        // MQTT 3.1.1, section 3.3.1.3: set only on what a new subscription finds.
        retain: packet.retain === true && rap === true,
        messageId: undefined,
        released: false,
      };
      session.add(queued);
      this.writeQueued(session, queued, urgency);
      this.#dropTooMany(session);
    }
    return message;
  }

  /** Takes a message out of a client's queue, and forgets it with the last queue. */
  remove(session: Session, queued: QueuedMessage): void {
    const { journal } = this.#options;
    const { message } = queued;
    session.remove(queued);
    journal.put(keys.queued(message.sequence, session.clientId), undefined, 'lazy');
    if (session.queue.size < this.#options.limits.queuedPerClient / 2) session.overflowing = false;
    if (message.holders > 0) return;
    this.messages.forget(message);
    journal.put(keys.message(message.sequence), undefined, 'lazy');
  }

  writeQueued(session: Session, queued: QueuedMessage, urgency: Urgency): void {
    const { message, qos, retain, messageId, released } = queued;
    const text = JSON.stringify({
      qos,
      ...(retain && { retain }),
      // A QoS 1 message is sent again whatever its identifier was.
      ...(qos === 2 && messageId !== undefined && { messageId }),
      ...(released && { released }),
    });
    this.#options.journal.put(keys.queued(message.sequence, session.clientId), text, urgency);
  }

  /** Writes everything, after what is on disk was taken in late. */
  writeAll(): void {
    for (const session of this.#byClient.values()) {
      this.#writeSession(session, 'soon');
      for (const queued of session.queue.values()) {
        const { sequence, packet } = queued.message;
        this.#options.journal.put(keys.message(sequence), encodeMessage(packet), 'soon');
        this.writeQueued(session, queued, 'soon');
      }
    }
  }

  /** Takes in a session that an earlier run left. */
  load(clientId: string, text: string): void {
    if (this.#byClient.has(clientId)) return;
    const stored = JSON.parse(text) as {
      expirySeconds: number;
      disconnectedAt?: number;
      subscriptions: [string, StoredSubscription][];
    };
    const session = this.getOrCreate(clientId);
    session.expirySeconds = stored.expirySeconds;
    session.disconnectedAt = stored.disconnectedAt;
    const now = this.#options.clock.now().getTime();
    const known = stored.disconnectedAt !== undefined && stored.disconnectedAt >= earliestTime;
    const awayMs = known ? Math.max(0, now - (stored.disconnectedAt ?? now)) : 0;
    session.expiryFromMs = this.#options.clock.monotonicMs() - awayMs;
    for (const [topic, subscription] of stored.subscriptions) {
      session.subscriptions.set(topic, subscription);
      if (subscription.qos > 0) this.#filters.add(topic, { clientId, topic, ...subscription });
    }
  }

  /** Ends the sessions that outlived their time. */
  endExpired(): void {
    const now = this.#options.clock.monotonicMs();
    for (const { clientId, client, expirySeconds, expiryFromMs } of this.#byClient.values()) {
      if (!client && now - expiryFromMs >= expirySeconds * 1000) this.end(clientId);
    }
  }

  /** Looks now and then for sessions that have expired. */
  start(): void {
    this.endExpired();
    this.#lookLater();
  }

  stop(): void {
    this.#cancelLook?.();
  }

  #lookLater(): void {
    this.#cancelLook = this.#options.clock.schedule(expiryLookMs, () => {
      this.endExpired();
      this.#lookLater();
    });
  }

  #writeSession(session: Session, urgency: Urgency): void {
    const { clientId, expirySeconds, disconnectedAt, subscriptions } = session;
    this.#options.journal.put(
      keys.session(clientId),
      JSON.stringify({ expirySeconds, disconnectedAt, subscriptions: [...subscriptions] }),
      urgency,
    );
  }

  #dropTooMany(session: Session): void {
    const { queuedPerClient, queuedBytesPerClient } = this.#options.limits;
    for (const queued of session.queue.values()) {
      const { queue, queuedBytes } = session;
      if (queue.size <= queuedPerClient && queuedBytes <= queuedBytesPerClient) return;
      this.remove(session, queued);
      this.#options.onDropped();
      if (session.overflowing) continue;
      session.overflowing = true;
      this.#options.log.warn(
        `client ${session.clientId} has ${queue.size} messages waiting: the oldest go`,
      );
    }
  }

  #endTooMany(): void {
    const away = [...this.#byClient.values()].filter(({ client }) => !client);
    if (away.length <= this.#options.limits.sessions) return;
    const longest = away.reduce((a, b) => (b.expiryFromMs < a.expiryFromMs ? b : a));
    this.#options.log.warn(
      `more than ${this.#options.limits.sessions} clients are away: the session of ${longest.clientId} ends`,
    );
    this.end(longest.clientId);
  }
}
