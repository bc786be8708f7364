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
  /** Messages that may wait for one client; past it the oldest are dropped. */
  readonly queuedPerClient: number;
  readonly queuedBytesPerClient: number;
  /** What may wait for all clients together, bytes of memory. */
  readonly queuedBytesOfAll: number;
}

export interface QueuesOptions {
  readonly limits: QueueLimits;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Called with each session that loses a message because too many wait for it. */
  readonly onDropped: (session: Session, reason: 'of the client' | 'of all clients') => void;
}

/** What is written for a message that waits for one client, about, bytes. */
const typicalBytes = 500;
const unpaidForMs = 5000;

/** When all queues together are full, so much is dropped at once that it does not happen each time. */
const fullAgainPart = 0.9;

/** What waits for clients that have a session. */
export class Queues {
  readonly messages = new Messages();
  readonly #options: QueuesOptions;
  /** What each party's sessions have waiting, bytes. */
  readonly #shares = new FairShares();
  readonly #waitingFor = new Set<Session>();
  /** What everything that waits takes in memory. */
  #bytes = 0;
  /** Messages for clients that are offline: a crowd of those can wait, the lights can't. */
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

  /** What everything that waits takes in memory, about, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A message as it waits in a client's queue; undefined when it does not. */
  queuedFor(session: Session, packet: MessagePacket): QueuedMessage | undefined {
    const message = this.messages.find(packet);
    return message && session.queue.get(message);
  }

  /** Puts a message into the queues of those who subscribed to it. */
  enqueue(
    recipients: Iterable<Recipient>,
    packet: MessagePacket,
    urgency: Urgency,
  ): StoredMessage | undefined {
    const message = this.messages.add(packet);
    this.messages.nameOrigin(message, packet);
    this.#bytes += bytesOfMessage(packet);
    const nowMs = this.#options.clock.monotonicMs();
    // It stays while it is handed out, even where the first queue has no room for it.
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

  /** Adds what was put off for a session, whose client is back. */
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
      // MQTT 3.1.1, section 3.3.1.3: set only on what a new subscription finds.
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

  /** Lets go of a message that was held while it was handed out; whether it waits for anybody. */
  #release(message: StoredMessage): boolean {
    message.holders -= 1;
    if (message.holders > 0) return true;
    this.forget(message);
    return false;
  }

  /** Takes in what an earlier run left for a session, oldest first. */
  load(session: Session, older: readonly QueuedMessage[]): void {
    for (const queued of older) this.#count(session, queued);
    session.addOlder(older);
  }

  /** Takes in the messages themselves, before what waits of them is loaded. */
  loadMessages(stored: readonly (readonly [number, MessagePacket])[]): StoredMessage[] {
    for (const [, packet] of stored) this.#bytes += bytesOfMessage(packet);
    return this.messages.load(stored);
  }

  /** Takes a message out of a client's queue, and forgets it with the last queue. */
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

  /** Forgets a message that waits for nobody. */
  forget(message: StoredMessage): void {
    if (!this.messages.forget(message)) return;
    this.#bytes -= bytesOfMessage(message.packet);
    if (message.written === 'no') return;
    this.#options.journal.put(keys.message(message.sequence), undefined, 'lazy');
  }

  /** Takes everything out of a client's queue. */
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

  /** Brings a message and that it waits for this client to disk. */
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
          // A QoS 1 message is sent again whatever its identifier was.
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

  /** Drops what is more than all queues together may have: of those that give way first, the oldest. */
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
   * Whether what waits for a client can be written. When it can't, that is looked at again only after
   * a while: with many sessions, asking each time costs more than the rest.
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

/** Nearly every entry on disk; one text for all of them. */
const plainQos1 = '{"qos":1}';

/** What an entry counts in its party's share: as if the message were its alone. */
function weightOf({ message: { packet } }: QueuedMessage): number {
  return entryBytes + bytesOfContent(packet);
}
