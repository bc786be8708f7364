import { FairShares, type Party } from '../../access/fair-shares.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Journal, Urgency } from './journal.ts';
import { Messages, type StoredMessage } from './messages.ts';
import { PutOff } from './put-off.ts';
import { bytesOfContent, bytesOfMessage, entryBytes } from './queue-bytes.ts';
import type { QueuedMessage, Recipient, Session } from './session.ts';
import { keys } from './stored-keys.ts';
import { encodeMessage, type MessagePacket } from './stored-packets.ts';
import { payerOfParty } from './stored-session.ts';

export interface QueueLimits {
  /** How many messages may wait for one client; beyond that, the oldest are dropped. */
  readonly queuedPerClient: number;
  readonly queuedBytesPerClient: number;
  /** The total that may wait for all clients, bytes of memory. */
  readonly queuedBytesOfAll: number;
}

export interface QueuesOptions {
  readonly limits: QueueLimits;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Called with each session that loses a message because too many are waiting. */
  readonly onDropped: (session: Session, reason: 'of the client' | 'of all clients') => void;
}

/** The approximate size of a stored message that waits for one client, bytes. */
const typicalBytes = 500;
const unpaidForMs = 5000;

/** If all queues together are full, enough is dropped at once that it isn't needed each time. */
const fullAgainPart = 0.9;

/** The messages that wait for clients with a session. */
export class Queues {
  readonly messages = new Messages();
  readonly #options: QueuesOptions;
  /** What each party's sessions have waiting, bytes. */
  readonly #shares = new FairShares();
  readonly #waitingFor = new Set<Session>();
  /** The memory that everything waiting takes. */
  #bytes = 0;
  /** Messages for offline clients: those can wait, the lights can't. */
  readonly #later = new PutOff({
    add: (message, recipient) => {
      const { clock } = this.#options;
      if (!recipient.session.hasEnded) this.#add(message, recipient, 'soon', clock.monotonicMs());
    },
    done: (message) => {
      this.dropTooMany();
      this.#release(message);
    },
  });

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  /** The approximate memory that everything waiting takes, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A message as it waits in a client's queue; undefined if it doesn't. */
  queuedFor(session: Session, packet: MessagePacket): QueuedMessage | undefined {
    const message = this.messages.find(packet);
    return message && session.queue.get(message);
  }

  /** Puts a message into the queues of its subscribers. */
  enqueue(
    recipients: Iterable<Recipient>,
    packet: MessagePacket,
    urgency: Urgency,
  ): StoredMessage | undefined {
    const message = this.messages.add(packet);
    this.messages.nameOrigin(message, packet);
    this.#bytes += bytesOfMessage(packet);
    const nowMs = this.#options.clock.monotonicMs();
    // It is held while it is passed on, even if the first queue has no room for it.
    message.holders += 1;
    const later = new Map<Session, Recipient>();
    for (const recipient of recipients) {
      const { session } = recipient;
      const canWait = !session.client && session.party.standing !== 'signedIn';
      if (canWait && urgency !== 'promised') later.set(session, recipient);
      else this.#add(message, recipient, urgency, nowMs);
    }
    if (later.size > 0) {
      message.holders += 1;
      this.#later.add({ message, recipients: later });
    }
    this.dropTooMany();
    return this.#release(message) ? message : undefined;
  }

  /** Adds what was put off for a session whose client is back. */
  catchUp(session: Session): void {
    this.#later.takeFor(session);
  }

  /** Adds everything that was put off. */
  catchUpAll(): void {
    this.#later.takeAll();
  }

  #add(message: StoredMessage, recipient: Recipient, urgency: Urgency, nowMs: number): void {
    const { session, qos, rap } = recipient;
    const { packet } = message;
    const queued: QueuedMessage = {
      message,
      qos: packet.qos === 2 && qos === 2 ? 2 : 1,
      // MQTT 3.1.1, section 3.3.1.3: only set on messages that a new subscription finds.
      retain: packet.retain === true && rap === true,
      messageId: undefined,
      released: false,
      isNoted: false,
    };
    this.#count(session, queued);
    session.add(queued);
    if (this.#isToWrite(session, nowMs)) this.write(session, queued, urgency);
    this.#dropTooManyOf(session);
  }

  /**
   * Releases a message that was held while it was passed on; returns whether it waits for anyone.
   */
  #release(message: StoredMessage): boolean {
    message.holders -= 1;
    if (message.holders > 0) return true;
    this.forget(message);
    return false;
  }

  /** Loads what an earlier run left for a session, oldest first. */
  load(session: Session, older: readonly QueuedMessage[]): void {
    for (const queued of older) this.#count(session, queued);
    session.addOlder(older);
  }

  /** Loads the messages themselves, before the queues that refer to them. */
  loadMessages(stored: readonly (readonly [number, MessagePacket])[]): StoredMessage[] {
    for (const [, packet] of stored) this.#bytes += bytesOfMessage(packet);
    return this.messages.load(stored);
  }

  /** Removes a message from a client's queue, and deletes it with the last queue. */
  remove(session: Session, queued: QueuedMessage): void {
    const { message } = queued;
    if (!session.remove(queued)) return;
    this.#bytes -= entryBytes;
    this.#shares.remove(session.party, weightOf(queued));
    if (session.queue.size === 0) this.#waitingFor.delete(session);
    if (queued.isNoted) {
      this.#options.journal.put(keys.queued(message.sequence, session.clientId), undefined, 'lazy');
    }
    if (session.queue.size < this.#options.limits.queuedPerClient / 2) session.overflowing = false;
    if (message.holders === 0) this.forget(message);
  }

  /** Deletes a message that waits for nobody. */
  forget(message: StoredMessage): void {
    if (!this.messages.forget(message)) return;
    this.#bytes -= bytesOfMessage(message.packet);
    if (message.written === 'no') return;
    this.#options.journal.put(keys.message(message.sequence), undefined, 'lazy');
  }

  /** Clears a client's queue. */
  clear(session: Session): void {
    for (const queued of session.queue.values()) this.remove(session, queued);
  }

  /** The session counts for another party from now on. */
  moveTo(session: Session, party: Party): void {
    let bytes = 0;
    for (const queued of session.queue.values()) bytes += weightOf(queued);
    this.#shares.remove(session.party, bytes);
    session.party = party;
    if (bytes > 0) this.#shares.add(party, bytes);
  }

  /** Writes a message, and that it waits for this client, to disk. */
  write(session: Session, queued: QueuedMessage, urgency: Urgency, isPaidFor = false): void {
    const { message, qos, retain, messageId, released } = queued;
    const { journal } = this.#options;
    const key = keys.message(message.sequence);
    const payer = isPaidFor ? undefined : payerOfParty(session.party);
    const wanted = payer ? 'perhaps' : 'surely';
    if (message.written !== 'surely' && message.written !== wanted) {
      journal.put(key, encodeMessage(message.packet), urgency, payer);
      message.written = wanted;
    }
    queued.isNoted = true;
    const isPlain = qos === 1 && !retain && !released;
    const text = isPlain
      ? plainQos1
      : JSON.stringify({
          qos,
          ...(retain && { retain }),
          // A QoS 1 message is sent again with any identifier.
          ...(qos === 2 && messageId !== undefined && { messageId }),
          ...(released && { released }),
        });
    journal.put(
      keys.queued(message.sequence, session.clientId),
      text,
      urgency,
      payer,
      payer && key,
    );
  }

  /** Drops what exceeds the total of all queues: of the parties that give way first, the oldest. */
  dropTooMany(): void {
    const { queuedBytesOfAll } = this.#options.limits;
    if (this.#bytes <= queuedBytesOfAll) return;
    while (this.#bytes > queuedBytesOfAll * fullAgainPart) {
      const { first } = this.#shares;
      if (!first) return;
      for (const session of this.#waitingFor) {
        const { key, standing } = session.party;
        if (key === first.key && standing === first.standing) this.#dropOldest(session);
      }
    }
  }

  /** Drops a tenth of what waits for a client. */
  #dropOldest(session: Session): void {
    let count = Math.ceil(session.queue.size / 10);
    for (const queued of session.queue.values()) {
      this.remove(session, queued);
      this.#options.onDropped(session, 'of all clients');
      count -= 1;
      if (count === 0) break;
    }
  }

  /**
   * Whether what waits for a client can be written. If it can't, that is only checked again after a
   * while: with many sessions, checking each time costs more than everything else.
   */
  #isToWrite(session: Session, nowMs: number): boolean {
    const payer = payerOfParty(session.party);
    if (!payer) return true;
    if (nowMs < session.unpaidUntilMs) return false;
    const canPay = this.#options.journal.couldAfford(payer, typicalBytes);
    if (!canPay) session.unpaidUntilMs = nowMs + unpaidForMs;
    return canPay;
  }

  #dropTooManyOf(session: Session): void {
    const { queuedPerClient, queuedBytesPerClient } = this.#options.limits;
    for (const queued of session.queue.values()) {
      const { queue, queuedBytes } = session;
      if (queue.size <= queuedPerClient && queuedBytes <= queuedBytesPerClient) return;
      this.remove(session, queued);
      this.#options.onDropped(session, 'of the client');
    }
  }

  #count(session: Session, queued: QueuedMessage): void {
    this.#bytes += entryBytes;
    this.#shares.add(session.party, weightOf(queued));
    this.#waitingFor.add(session);
  }
}

/** Nearly every entry on disk; one shared text for all of them. */
const plainQos1 = '{"qos":1}';

/** The weight of an entry in its party's share: as if the message belonged to it alone. */
function weightOf({ message: { packet } }: QueuedMessage): number {
  return entryBytes + bytesOfContent(packet);
}
