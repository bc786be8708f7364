import { Readable } from 'node:stream';
import type { Kept } from '../store/kept.ts';
import { hasExpired, outgoingPacket } from '../store/outgoing-packet.ts';
import type { Session, SessionClient } from '../store/session.ts';
import type { MessagePacket } from '../store/stored-packets.ts';
import type { StoredSubscription } from '../store/stored-session.ts';
import type { Subscribed } from '../store/widest-subscription.ts';
import type { WillPacket } from '../store/wills.ts';
import { writeRest } from '../store/write-rest.ts';

interface SubscriptionPacket extends StoredSubscription {
  readonly topic: string;
}

type Identified = Pick<SessionClient, 'id'>;

/**
 * A subscription that no client may have. Aedes reports an earlier session to a client only if it
 * had subscriptions ([MQTT-3.2.2-2] makes no such difference), so a session without any gets this
 * one, which access refuses.
 */
const placeholder: SubscriptionPacket = { topic: '$session', qos: 0 };

/** The persistence that Aedes requires; the interface is that of aedes-persistence 10. */
export class AedesPersistence {
  readonly #kept: Kept;
  #broker: { readonly id: string } | undefined;
  /** The subscriptions that were added last. */
  #added:
    | {
        readonly clientId: string;
        readonly subscriptions: readonly SubscriptionPacket[];
        readonly written: Promise<void>;
      }
    | undefined;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  get broker(): { readonly id: string } | undefined {
    return this.#broker;
  }

  /** Called by Aedes before the broker accepts clients. */
  async setup(broker: { readonly id: string }): Promise<void> {
    this.#broker = broker;
    await this.#kept.journal.open();
    this.#kept.sessions.start();
  }

  async destroy(): Promise<void> {
    this.#kept.sessions.stop();
    writeRest(this.#kept);
    await this.#kept.journal.close();
  }

  async storeRetained(packet: MessagePacket): Promise<void> {
    const kept = { ...packet };
    this.#kept.expiry.begin(kept);
    this.#kept.retained.store(kept, this.#kept.accepted.of(packet));
  }

  createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter]);
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(this.#kept.retained.matching(filters, this.#kept.slices));
  }

  /** Aedes calls this once for each filter of a packet, and each time with all of them. */
  addSubscriptions(
    client: Identified,
    subscriptions: readonly SubscriptionPacket[],
  ): Promise<void> {
    if (this.#added?.subscriptions !== subscriptions || this.#added.clientId !== client.id) {
      const written = this.#storeSubscriptions(client.id, subscriptions);
      this.#added = { clientId: client.id, subscriptions, written };
    }
    return this.#added.written;
  }

  async #storeSubscriptions(
    clientId: string,
    subscriptions: readonly SubscriptionPacket[],
  ): Promise<void> {
    // Aedes asks about the others of the packet meanwhile, and would also keep the refused ones.
    await null;
    const granted = subscriptions.filter((one) => !this.#kept.refused.has(one));
    const stored = granted.map(({ topic, qos, rh, rap, nl, subscriptionIdentifier }) => {
      const identifier = subscriptionIdentifier !== undefined && { subscriptionIdentifier };
      return [topic, { qos, rh, rap, nl, ...identifier } as StoredSubscription] as const;
    });
    // If a packet is handled in parts, one write stores all of them.
    const isUnfinished = granted.some((one) => this.#kept.unfinished.has(one));
    this.#kept.sessions.subscribe(clientId, stored, isUnfinished ? 'lazy' : 'promised');
    if (!isUnfinished) await this.#kept.journal.written();
  }

  async removeSubscriptions(client: Identified, topics: readonly string[]): Promise<void> {
    this.#added = undefined;
    this.#kept.sessions.unsubscribe(client.id, topics);
  }

  async subscriptionsByClient(client: Identified): Promise<SubscriptionPacket[]> {
    const session = this.#sessionOf(client);
    if (!session) return [];
    if (session.subscriptions.size === 0) return [placeholder];
    return [...session.subscriptions].map(([topic, subscription]) => ({ topic, ...subscription }));
  }

  async subscriptionsByTopic(topic: string): Promise<readonly Subscribed[]> {
    return this.#kept.sessions.subscribedTo(topic);
  }

  /** A client starts a clean session, or its session has expired. */
  async cleanSubscriptions(client: Identified): Promise<void> {
    this.#added = undefined;
    this.#kept.sessions.end(client.id);
    this.#kept.incoming.clear(client.id);
  }

  async countOffline() {
    const { subscriptions, clients } = this.#kept.sessions.counts();
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
    const accepted = this.#kept.accepted.of(packet);
    const { sessions, queues } = this.#kept;
    if (accepted?.message) queues.messages.nameOrigin(accepted.message, packet);
    // A client that subscribed after the message was accepted gets the same as an offline one:
    // nothing.
    if (accepted || subscriptions.length === 0) return;
    this.#kept.expiry.begin(packet);
    queues.enqueue(sessions.recipients(subscriptions), packet, 'soon');
  }

  /**
   * A packet is sent now, with this identifier; or the client has it, and is told to release it.
   */
  async outgoingUpdate(
    client: Identified,
    packet: MessagePacket & { qos?: number },
  ): Promise<void> {
    const session = this.#sessionOf(client);
    const released = packet.cmd === 'pubrel';
    const queued =
      session &&
      (released
        ? session.withMessageId(packet.messageId)
        : this.#kept.queues.queuedFor(session, packet));
    // Dropped meanwhile, or sent before the session knew of it: it is sent anyway.
    if (!queued) return;
    const changes = queued.messageId !== packet.messageId || queued.released !== released;
    session.setMessageId(queued, packet.messageId);
    queued.released = released;
    if (queued.qos === 2 && changes) {
      this.#kept.queues.write(session, queued, 'promised');
      await this.#kept.journal.written();
    } else if (!released) {
      // Aedes doesn't lower it for a filter with wildcards.
      packet.qos = queued.qos;
    }
    session.sent(queued);
  }

  /** The client has acknowledged a message. */
  async outgoingClearMessageId(
    client: Identified,
    packet: { readonly messageId?: number | undefined },
  ): Promise<MessagePacket | undefined> {
    const session = this.#sessionOf(client);
    const queued = session?.withMessageId(packet.messageId);
    if (!session || !queued) return undefined;
    const { queues, expiry } = this.#kept;
    queues.remove(session, queued);
    return outgoingPacket(session, queued, queues.messages, expiry);
  }

  outgoingStream(client: SessionClient): Readable {
    const session = this.#sessionOf(client);
    return Readable.from(session ? this.#outgoing(session, client) : []);
  }

  async incomingStorePacket(client: Identified, packet: MessagePacket): Promise<void> {
    this.#kept.incoming.store(client.id, packet);
  }

  /** Throws if there is none, as Aedes expects. */
  async incomingGetPacket(client: Identified, packet: MessagePacket): Promise<MessagePacket> {
    const stored = this.#kept.incoming.get(client.id, packet.messageId ?? 0);
    if (!stored) throw new Error('no such packet');
    return stored;
  }

  /**
   * The client releases a message; if it does so twice at a time, Aedes calls this twice. Aedes
   * doesn't catch exceptions here.
   */
  async incomingDelPacket(client: Identified, packet: MessagePacket): Promise<void> {
    await this.#kept.incoming.release(client.id, packet.messageId ?? 0);
  }

  async putWill(client: Identified, packet: WillPacket): Promise<void> {
    packet.brokerId = this.#broker?.id;
    packet.clientId = client.id;
    this.#kept.wills.put(client.id, packet);
  }

  async getWill(client: Identified): Promise<WillPacket | undefined> {
    return this.#kept.wills.get(client.id);
  }

  async delWill(client: Identified): Promise<WillPacket | undefined> {
    return this.#kept.wills.delete(client.id);
  }

  streamWill(brokers: Readonly<Record<string, unknown>> = {}): Readable {
    return Readable.from(this.#kept.wills.ofOthersThan(brokers));
  }

  getClientList(topic: string): Readable {
    const clients = [...this.#kept.sessions.all()]
      .filter(({ subscriptions }) => subscriptions.has(topic))
      .map(({ clientId }) => clientId);
    return Readable.from(clients);
  }

  /** The session, with everything that must wait for it. */
  #sessionOf(client: Identified): Session | undefined {
    const session = this.#kept.sessions.get(client.id);
    if (session && !session.client) this.#kept.queues.catchUp(session);
    return session;
  }

  async *#outgoing(session: Session, client: SessionClient) {
    const { queues, expiry } = this.#kept;
    for await (const queued of session.catchUp(client, this.#kept.inFlightPerClient)) {
      if (hasExpired(queued, expiry)) queues.remove(session, queued);
      else yield outgoingPacket(session, queued, queues.messages, expiry);
    }
  }
}
