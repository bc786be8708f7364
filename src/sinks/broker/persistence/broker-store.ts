import { Readable } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import type { Log } from '../../../log.ts';
import type { RetryPauses } from '../../../retry-pauses.ts';
import type { State } from '../../../state/state.ts';
import { Incoming } from './incoming.ts';
import { Journal } from './journal.ts';
import { loadStored } from './load-stored.ts';
import { outgoingPacket } from './outgoing-packet.ts';
import { type RetainedLimits, RetainedMessages } from './retained-messages.ts';
import type { QueuedMessage, Session, SessionClient, StoredSubscription } from './session.ts';
import { type SessionLimits, Sessions, type Subscribed } from './sessions.ts';
import type { MessagePacket } from './stored-packets.ts';
import { type WillPacket, Wills } from './wills.ts';

export interface BrokerStoreOptions {
  readonly state: Pick<State, 'database'>;
  readonly limits: SessionLimits &
    RetainedLimits & {
      /** QoS 2 messages that a client may have sent and not released. */
      readonly inFlightPerClient: number;
    };
  /** Told of every message that went because too many waited for a client. */
  readonly onDropped: () => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly retry: RetryPauses;
}

interface SubscriptionPacket extends StoredSubscription {
  readonly topic: string;
}

type Identified = Pick<SessionClient, 'id'>;

/** What was done for a client's message before Aedes took it. */
interface Accepted {
  readonly message: ReturnType<Sessions['enqueue']> | undefined;
}

/**
 * A subscription that no client may have. Aedes tells a client of its earlier session only when
 * that had subscriptions ([MQTT-3.2.2-2] knows no such difference), so a session without any gets
 * this one, which access refuses.
 */
const standIn: SubscriptionPacket = { topic: '$session', qos: 0 };

/**
 * What the broker keeps for its clients, over restarts and power cuts: the persistence of Aedes
 * (the interface is that of aedes-persistence 10), and what Aedes does not ask for.
 *
 * Everything is in memory, where it is read; the journal brings changes to disk. What a publisher
 * gets an acknowledgement for is on disk before (`accept`), unless the disk takes nothing.
 */
export class BrokerStore {
  readonly #sessions: Sessions;
  readonly #retained: RetainedMessages;
  readonly #incoming: Incoming;
  readonly #wills: Wills;
  readonly #journal: Journal;
  readonly #log: Log;
  /** By the payload, which is the one thing that Aedes passes on as it is. */
  readonly #accepted = new WeakMap<object, Accepted>();
  #broker: { readonly id: string } | undefined;

  constructor({ state, limits, onDropped, clock, log, retry }: BrokerStoreOptions) {
    this.#log = log;
    this.#journal = new Journal({
      state,
      room: 'broker',
      onLoad: (entries) => this.#load(entries),
      clock,
      log,
      retry,
    });
    this.#retained = new RetainedMessages(limits, this.#journal, log);
    this.#incoming = new Incoming(limits.inFlightPerClient, this.#journal);
    this.#wills = new Wills(this.#journal);
    this.#sessions = new Sessions({ limits, journal: this.#journal, onDropped, clock, log });
  }

  get broker(): { readonly id: string } | undefined {
    return this.#broker;
  }

  get figures() {
    return {
      messages: this.#sessions.messages.count,
      retained: this.#retained.count,
      sessionsAway: [...this.#sessions.all()].filter(({ client }) => !client).length,
    };
  }

  /** Called by Aedes before the broker takes clients. */
  async setup(broker: { readonly id: string }): Promise<void> {
    this.#broker = broker;
    await this.#journal.open();
    this.#sessions.start();
  }

  async destroy(): Promise<void> {
    this.#sessions.stop();
    await this.#journal.close();
  }

  /** Whether there are sessions that may want messages while their client is away. */
  get hasSessions(): boolean {
    return this.#sessions.count > 0;
  }

  // What the broker tells, beside what Aedes asks.

  /** Names a topic on which the appliance itself retains a message: it says it again after a restart. */
  addOwnTopic(topic: string): void {
    this.#retained.addOwnTopic(topic);
  }

  /** A client has connected (and one of the same name, if there was one, is gone). */
  connected(client: SessionClient): void {
    if (client.clean) this.#incoming.clear(client.id);
    this.#wills.forgetLeft(client.id);
    this.#sessions.connected(client);
  }

  disconnected(client: SessionClient): void {
    if (client.clean) this.#incoming.clear(client.id);
    this.#sessions.disconnected(client);
  }

  /**
   * Keeps a message that a client may publish, before Aedes acknowledges it: what it is retained
   * for, and in the queues of sessions. Resolves when a power cut can't take it any more; undefined
   * when there is nothing to keep.
   * @throws when the client has too many QoS 2 messages open
   */
  accept(client: SessionClient, packet: MessagePacket & { payload: Buffer | string }) {
    const { qos, messageId, topic, payload } = packet;
    if (qos === 0 || typeof payload === 'string') return undefined;
    let keeps = false;
    if (qos === 2 && messageId !== undefined) {
      if (this.#incoming.isKnown(client.id, messageId)) return this.#journal.written();
      keeps = !client.clean;
      this.#incoming.accept(client.id, messageId, keeps);
    }
    if (packet.retain && this.#retained.accept(packet)) keeps = true;
    const subscribed = this.#sessions
      .subscribedTo(topic)
      .filter(({ clientId, nl }) => !(nl && clientId === client.id));
    const message =
      subscribed.length > 0 ? this.#sessions.enqueue(subscribed, packet, 'promised') : undefined;
    if (message) keeps = true;
    // A view of its own, so that it is told apart even from another that is empty.
    packet.payload = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    this.#accepted.set(packet.payload, { message });
    return keeps ? this.#journal.written() : undefined;
  }

  /**
   * Whether Aedes may hand this packet to the client now. What waits in its queue comes out of the
   * queue while it catches up, so that nothing overtakes and nothing comes twice.
   */
  mayForward(client: SessionClient, packet: MessagePacket): boolean {
    // With an identifier it comes out of the queue.
    if (packet.qos === 0 || packet.messageId !== undefined) return true;
    const session = this.#sessions.get(client.id);
    const queued = session && this.#queued(session, packet);
    if (!queued) return true;
    return session.client === client && session.caughtUp && queued.messageId === undefined;
  }

  /** The wills of clients that were connected when the earlier run ended. */
  leftWills(): WillPacket[] {
    return this.#wills.left();
  }

  /** Whether this will is still to be published: not when its client is back. */
  takeLeftWill(will: WillPacket): boolean {
    return this.#wills.takeLeft(will);
  }

  // What Aedes asks.

  async storeRetained(packet: MessagePacket): Promise<void> {
    this.#retained.store({ ...packet }, this.#acceptedAs(packet) !== undefined);
  }

  createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter]);
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(this.#retained.matching(filters));
  }

  async addSubscriptions(
    client: Identified,
    subscriptions: readonly SubscriptionPacket[],
  ): Promise<void> {
    for (const { topic, qos, rh, rap, nl, subscriptionIdentifier } of subscriptions) {
      this.#sessions.subscribe(client.id, topic, {
        qos,
        rh,
        rap,
        nl,
        ...(subscriptionIdentifier !== undefined && { subscriptionIdentifier }),
      } as StoredSubscription);
    }
    await this.#journal.written();
  }

  async removeSubscriptions(client: Identified, topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#sessions.unsubscribe(client.id, topic);
  }

  async subscriptionsByClient(client: Identified): Promise<SubscriptionPacket[]> {
    const session = this.#sessions.get(client.id);
    if (!session) return [];
    if (session.subscriptions.size === 0) return [standIn];
    return [...session.subscriptions].map(([topic, subscription]) => ({ topic, ...subscription }));
  }

  async subscriptionsByTopic(topic: string): Promise<Subscribed[]> {
    return this.#sessions.subscribedTo(topic);
  }

  /** A client begins anew, or its session has expired. */
  async cleanSubscriptions(client: Identified): Promise<void> {
    this.#sessions.end(client.id);
    this.#incoming.clear(client.id);
  }

  async countOffline() {
    const { subscriptions, clients } = this.#sessions.counts();
    return { subsCount: subscriptions, clientsCount: clients };
  }

  async outgoingEnqueue(
    subscription: Pick<Subscribed, 'clientId' | 'qos' | 'rap'>,
    packet: MessagePacket,
  ): Promise<void> {
    await this.outgoingEnqueueCombi([subscription], packet);
  }

  async outgoingEnqueueCombi(
    subscriptions: readonly Pick<Subscribed, 'clientId' | 'qos' | 'rap'>[],
    packet: MessagePacket,
  ): Promise<void> {
    const accepted = this.#acceptedAs(packet);
    if (accepted?.message) this.#sessions.messages.nameOrigin(accepted.message, packet);
    // Who subscribed after the message was accepted gets it as one that is not connected does: not.
    if (accepted || subscriptions.length === 0) return;
    this.#sessions.enqueue(subscriptions, packet, 'soon');
  }

  /** A packet goes out now, under this identifier; or the client has it, and is told to release it. */
  async outgoingUpdate(
    client: Identified,
    packet: MessagePacket & { qos?: number },
  ): Promise<void> {
    const session = this.#sessions.get(client.id);
    const released = packet.cmd === 'pubrel';
    const queued =
      session &&
      (released ? session.withMessageId(packet.messageId) : this.#queued(session, packet));
    // Dropped meanwhile, or on its way before the session knew of it: it goes out none the less.
    if (!queued) return;
    const changes = queued.messageId !== packet.messageId || queued.released !== released;
    session.setMessageId(queued, packet.messageId);
    queued.released = released;
    if (queued.qos === 2 && changes) {
      this.#sessions.writeQueued(session, queued, 'promised');
      await this.#journal.written();
    } else if (!released) {
      // For a filter with wildcards Aedes does not lower it.
      packet.qos = queued.qos;
    }
    session.sent(queued);
  }

  /** The client has acknowledged a message. */
  async outgoingClearMessageId(
    client: Identified,
    packet: { readonly messageId?: number | undefined },
  ): Promise<MessagePacket | undefined> {
    const session = this.#sessions.get(client.id);
    const queued = session?.withMessageId(packet.messageId);
    if (!session || !queued) return undefined;
    this.#sessions.remove(session, queued);
    return outgoingPacket(queued, this.#sessions.messages);
  }

  outgoingStream(client: SessionClient): Readable {
    const session = this.#sessions.get(client.id);
    return Readable.from(session ? this.#outgoing(session, client) : []);
  }

  async incomingStorePacket(client: Identified, packet: MessagePacket): Promise<void> {
    this.#incoming.store(client.id, packet);
  }

  async incomingGetPacket(client: Identified, packet: MessagePacket): Promise<MessagePacket> {
    const stored = this.#incoming.get(client.id, packet.messageId ?? 0);
    if (!stored) throw new Error('no such packet');
    return stored;
  }

  async incomingDelPacket(client: Identified, packet: MessagePacket): Promise<void> {
    const isKnown = await this.#incoming.release(client.id, packet.messageId ?? 0);
    if (!isKnown) throw new Error('no such packet');
  }

  async putWill(client: Identified, packet: WillPacket): Promise<void> {
    packet.brokerId = this.#broker?.id;
    packet.clientId = client.id;
    this.#wills.put(client.id, packet);
  }

  async getWill(client: Identified): Promise<WillPacket | undefined> {
    return this.#wills.get(client.id);
  }

  async delWill(client: Identified): Promise<WillPacket | undefined> {
    return this.#wills.delete(client.id);
  }

  streamWill(brokers: Readonly<Record<string, unknown>> = {}): Readable {
    return Readable.from(this.#wills.ofOthersThan(brokers));
  }

  getClientList(topic: string): Readable {
    const clients = [...this.#sessions.all()]
      .filter(({ subscriptions }) => subscriptions.has(topic))
      .map(({ clientId }) => clientId);
    return Readable.from(clients);
  }

  async *#outgoing(session: Session, client: SessionClient) {
    for await (const queued of session.catchUp(client)) {
      yield outgoingPacket(queued, this.#sessions.messages);
    }
  }

  #queued(session: Session, packet: MessagePacket): QueuedMessage | undefined {
    const message = this.#sessions.messages.find(packet);
    return message && session.queue.get(message);
  }

  #acceptedAs({ payload }: MessagePacket): Accepted | undefined {
    return typeof payload === 'object' ? this.#accepted.get(payload) : undefined;
  }

  #load(entries: readonly [key: string, value: string][]): void {
    loadStored(entries, {
      sessions: this.#sessions,
      retained: this.#retained,
      incoming: this.#incoming,
      wills: this.#wills,
      journal: this.#journal,
      log: this.#log,
    });
  }
}
