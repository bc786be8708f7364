import type { Party } from '../../access/fair-shares.ts';
import type { Owner } from '../access/client-ids.ts';
import type { StoredMessage } from './messages.ts';
import { bytesOfContent } from './queue-bytes.ts';
import { type StoredSubscription, unknownParty } from './stored-session.ts';

/** What the sessions use of an Aedes client. */
export interface SessionClient {
  readonly id: string;
  /** Whether its session ends with its connection. */
  readonly clean?: boolean;
  /** How long its session stays after the connection ends, s (MQTT 5, section 3.1.2.11.2). */
  readonly sessionExpiryInterval?: number;
}

const subscriptionOptions = ['qos', 'rh', 'rap', 'nl', 'subscriptionIdentifier'] as const;

export const isSame = (one: StoredSubscription, other: StoredSubscription): boolean =>
  subscriptionOptions.every((option) => one[option] === other[option]);

/** A message on its way to one client. */
export interface QueuedMessage {
  readonly message: StoredMessage;
  readonly qos: 1 | 2;
  readonly retain: boolean;
  /** The packet identifier under which it was sent. */
  messageId: number | undefined;
  /** Whether the client has it and only the end of the QoS 2 handshake is missing. */
  released: boolean;
  /** Whether it was passed to the journal. */
  isNoted: boolean;
}

export const largestMessageId = 65_535;

/**
 * One client's session (MQTT 3.1.1, section 3.1.2.4): subscriptions, and unacknowledged messages.
 */
export class Session {
  readonly clientId: string;
  /** Its owner; undefined for one from version 1.0 until someone resumes it. */
  owner: Owner | undefined;
  /** The party that competes with others for what it takes. */
  party: Party = unknownParty;
  /** Ends it, and its connection if there is one. */
  readonly giveWay: () => void;
  readonly subscriptions = new Map<string, StoredSubscription>();
  /** What the client has not acknowledged, in order. */
  queue = new Map<StoredMessage, QueuedMessage>();
  /** Payloads and topics in the queue, bytes. */
  queuedBytes = 0;
  /** How long the session is kept without a connection, s. */
  expirySeconds = 0;
  /** When its last connection ended, by the time of day, ms since 1970. */
  disconnectedAt: number | undefined;
  /** By the monotonic clock, ms: when its time without a connection started. */
  expiryFromMs = 0;
  /** The connected client, if any. */
  client: SessionClient | undefined;
  /** Whether Aedes takes what the client gets after connecting from the queue. */
  #isCatchingUp = false;
  readonly #byMessageId = new Map<number, QueuedMessage>();
  /** What the connected client has not been given on this connection, in order. */
  #waiting = new Set<QueuedMessage>();
  /** Given to the client and not yet sent. */
  readonly #underWay = new Set<QueuedMessage>();
  /** Whether it has been deleted. */
  hasEnded = false;
  /** Until when nothing more can be written for it, by the monotonic clock, ms. */
  unpaidUntilMs = 0;
  /** What is on disk of it in addition to its subscriptions (`session-writes.ts`). */
  writtenAs: string | undefined;
  /** Whether subscriptions of an incomplete packet have been written, with more to come. */
  isUnfinished = false;
  /** Whether messages were dropped since the queue was last short; logged once. */
  overflowing = false;
  #lastMessageId: number | undefined;
  #wake: (() => void) | undefined;

  constructor(clientId: string, giveWay: () => void) {
    this.clientId = clientId;
    this.giveWay = giveWay;
  }

  connect(client: SessionClient): void {
    this.#stopCatchingUp();
    this.#waiting = new Set(this.queue.values());
    this.client = client;
    this.disconnectedAt = undefined;
    this.expirySeconds = client.sessionExpiryInterval ?? 0;
  }

  disconnect(): void {
    this.client = undefined;
    this.#waiting.clear();
    this.#stopCatchingUp();
  }

  /**
   * The packet identifier for the next message, from 1 to 65,535: those of earlier connections may
   * still be in use. Undefined if there were none.
   */
  get nextMessageId(): number | undefined {
    return this.#lastMessageId === undefined
      ? undefined
      : (this.#lastMessageId % largestMessageId) + 1;
  }

  add(queued: QueuedMessage): void {
    this.queue.set(queued.message, queued);
    if (this.client) this.#waiting.add(queued);
    this.queuedBytes += bytesOfContent(queued.message.packet);
    queued.message.holders += 1;
    if (queued.messageId !== undefined) this.#byMessageId.set(queued.messageId, queued);
    this.#lastMessageId = queued.messageId ?? this.#lastMessageId;
  }

  /** Puts what is on disk before everything since the start. */
  addOlder(older: readonly QueuedMessage[]): void {
    const newer = this.queue.values();
    const newerWaiting = this.#waiting;
    this.queue = new Map();
    this.#waiting = new Set();
    for (const queued of older) this.add(queued);
    for (const queued of newer) this.queue.set(queued.message, queued);
    for (const queued of newerWaiting) this.#waiting.add(queued);
  }

  withMessageId(messageId: number | undefined): QueuedMessage | undefined {
    return messageId === undefined ? undefined : this.#byMessageId.get(messageId);
  }

  setMessageId(queued: QueuedMessage, messageId: number | undefined): void {
    queued.messageId = messageId;
    if (messageId === undefined) return;
    this.#byMessageId.set(messageId, queued);
    this.#lastMessageId = messageId;
  }

  /** Whether it was there to be removed. */
  remove(queued: QueuedMessage): boolean {
    if (!this.queue.delete(queued.message)) return false;
    this.queuedBytes -= bytesOfContent(queued.message.packet);
    queued.message.holders -= 1;
    const { messageId } = queued;
    if (messageId !== undefined && this.#byMessageId.get(messageId) === queued) {
      this.#byMessageId.delete(messageId);
    }
    this.sent(queued);
    return true;
  }

  /**
   * Notes that a message which the client was given has been sent, or must not be sent any more.
   */
  sent(queued: QueuedMessage): void {
    this.#waiting.delete(queued);
    if (this.#underWay.delete(queued) && this.#underWay.size === 0) this.#wake?.();
  }

  /**
   * What waits, in order, and then what arrives while that is being sent. Only when the client has
   * everything may a new message be sent to it directly, or it would overtake others.
   * @param most how many messages the client accepts before it acknowledges some
   */
  async *catchUp(client: SessionClient, most: number): AsyncGenerator<QueuedMessage> {
    this.#isCatchingUp = true;
    try {
      yield* this.#catchUp(client, most);
    } finally {
      if (this.client === client) this.#isCatchingUp = false;
    }
  }

  /**
   * Whether a message is sent to the client now. Otherwise the client gets it from the queue
   * (`next`): it has it already, or another one waits before it, or the client accepts no more at
   * present.
   */
  goesNow(queued: QueuedMessage, hasRoom: boolean): boolean {
    if (!hasRoom || this.#isCatchingUp || this.#firstWaiting !== queued) return false;
    this.#give(queued);
    return true;
  }

  /** Whether a message is about to be sent. */
  isUnderWay(queued: QueuedMessage): boolean {
    return this.#underWay.has(queued);
  }

  /** Gives the client the next message it was not given, unless `catchUp` does. */
  next(): QueuedMessage | undefined {
    const queued = this.#isCatchingUp ? undefined : this.#firstWaiting;
    if (queued) this.#give(queued);
    return queued;
  }

  get #firstWaiting(): QueuedMessage | undefined {
    return this.#waiting.size === 0 ? undefined : this.#waiting.values().next().value;
  }

  #give(queued: QueuedMessage): void {
    this.#waiting.delete(queued);
    this.#underWay.add(queued);
  }

  async *#catchUp(client: SessionClient, most: number): AsyncGenerator<QueuedMessage> {
    const holder = this.client;
    let given = 0;
    if (holder !== client) {
      // Its session belongs to another connection until that has ended; then `connect` starts over.
      for (const queued of this.queue.values()) {
        if (given === most || this.client !== holder) return;
        given += 1;
        yield queued;
      }
      return;
    }
    while (this.client === client) {
      const queued = this.#firstWaiting;
      if (queued) {
        // The rest follows once the client has acknowledged some (`next`).
        if (given === most) return;
        given += 1;
        this.#give(queued);
        yield queued;
      } else {
        if (this.#underWay.size === 0) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #stopCatchingUp(): void {
    this.#isCatchingUp = false;
    this.#underWay.clear();
    this.#wake?.();
  }
}

/** A session that must get a message. */
export interface Recipient extends Pick<StoredSubscription, 'qos' | 'rap'> {
  readonly session: Session;
}
