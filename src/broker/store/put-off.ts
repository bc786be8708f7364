import type { StoredMessage } from './messages.ts';
import type { Recipient, Session } from './session.ts';

/** A message, and the sessions into whose queues it must still be put. */
export interface PutOffMessage {
  readonly message: StoredMessage;
  readonly recipients: Map<Session, Recipient>;
}

export interface PutOffOptions {
  readonly add: (message: StoredMessage, recipient: Recipient) => void;
  /** Called when a message has been added for all sessions. */
  readonly done: (message: StoredMessage) => void;
}

/** Per iteration of the event loop; each is about 3 µs of work, a few times that on a Pi. */
const mostAtOnce = 100;

/** How many messages may be put off; each further one makes the oldest be handled at once. */
const mostMessages = 200;

/**
 * The total number of entries for all of them, each about 100 bytes that no budget counts; beyond
 * it, the oldest messages are handled at once.
 */
const mostEntries = 20_000;

/** Puts messages into the queues of many offline clients, a few at a time. */
export class PutOff {
  readonly #options: PutOffOptions;
  readonly #messages: PutOffMessage[] = [];
  /** The number of recipients that remain for all messages. */
  #entries = 0;
  #isScheduled = false;

  constructor(options: PutOffOptions) {
    this.#options = options;
  }

  add(message: PutOffMessage): void {
    this.#messages.push(message);
    this.#entries += message.recipients.size;
    while (this.#messages.length > 1 && this.#isFull) this.#takeOldest(Number.POSITIVE_INFINITY);
    this.#schedule();
  }

  get #isFull(): boolean {
    return this.#messages.length > mostMessages || this.#entries > mostEntries;
  }

  /** Adds what is put off for one session, in order. */
  takeFor(session: Session): void {
    for (const { message, recipients } of this.#messages) {
      const recipient = recipients.get(session);
      if (!recipient) continue;
      recipients.delete(session);
      this.#entries -= 1;
      this.#options.add(message, recipient);
    }
  }

  takeAll(): void {
    while (this.#messages.length > 0) this.#takeOldest(Number.POSITIVE_INFINITY);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#messages.length === 0) return;
    this.#isScheduled = true;
    setImmediate(this.#goOn);
  }

  readonly #goOn = (): void => {
    this.#isScheduled = false;
    this.#takeOldest(mostAtOnce);
    this.#schedule();
  };

  #takeOldest(most: number): void {
    const [oldest] = this.#messages;
    if (!oldest) return;
    const { message, recipients } = oldest;
    let count = 0;
    for (const [session, recipient] of recipients) {
      recipients.delete(session);
      this.#entries -= 1;
      this.#options.add(message, recipient);
      count += 1;
      if (count === most) break;
    }
    if (recipients.size > 0) return;
    this.#messages.shift();
    this.#options.done(message);
  }
}
