import type { Clock } from '../../../clock.ts';
import type { Log } from '../../../log.ts';
import type { RetryPauses } from '../../../retry-pauses.ts';
import type { State } from '../../../state/state.ts';
import { AedesPersistence } from './aedes-persistence.ts';
import { Incoming } from './incoming.ts';
import { Journal } from './journal.ts';
import { AcceptedMessages } from './kept.ts';
import { loadStored } from './load-stored.ts';
import { type RetainedLimits, RetainedMessages } from './retained-messages.ts';
import type { SessionClient } from './session.ts';
import { type SessionLimits, Sessions } from './sessions.ts';
import { Slices } from './slices.ts';
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

/**
 * What the broker keeps for its clients, over restarts and power cuts: what Aedes asks for
 * (`persistence`), and what the broker tells beside.
 *
 * Everything is in memory, where it is read; the journal brings changes to disk. What a publisher
 * gets an acknowledgement for is on disk before (`accept`), unless the disk takes nothing.
 */
export class BrokerStore {
  readonly persistence: AedesPersistence;
  readonly #sessions: Sessions;
  readonly #retained: RetainedMessages;
  readonly #slices: Slices;
  readonly #incoming: Incoming;
  readonly #wills: Wills;
  readonly #journal: Journal;
  readonly #log: Log;
  readonly #accepted = new AcceptedMessages();

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
    this.#slices = new Slices(clock);
    this.#incoming = new Incoming(limits.inFlightPerClient, this.#journal);
    this.#wills = new Wills(this.#journal);
    this.#sessions = new Sessions({ limits, journal: this.#journal, onDropped, clock, log });
    this.persistence = new AedesPersistence({
      sessions: this.#sessions,
      retained: this.#retained,
      slices: this.#slices,
      incoming: this.#incoming,
      wills: this.#wills,
      journal: this.#journal,
      accepted: this.#accepted,
    });
  }

  get figures() {
    return {
      messages: this.#sessions.messages.count,
      retained: this.#retained.count,
      sessionsAway: [...this.#sessions.all()].filter(({ client }) => !client).length,
    };
  }

  /** Whether there are sessions that may want messages while their client is away. */
  get hasSessions(): boolean {
    return this.#sessions.count > 0;
  }

  /** Whether few subscriptions wait for their retained messages. */
  get hasRoomForLookUps(): boolean {
    return this.#slices.hasRoom;
  }

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
    this.#accepted.add(packet.payload, { message });
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
    const queued = session && this.#sessions.queuedFor(session, packet);
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
