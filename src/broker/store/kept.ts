import type { Incoming } from './incoming.ts';
import type { Journal } from './journal.ts';
import type { MessageExpiry } from './message-expiry.ts';
import type { StoredMessage } from './messages.ts';
import type { Queues } from './queues.ts';
import type { RetainedMessages } from './retained-messages.ts';
import type { Sessions } from './sessions.ts';
import type { Slices } from './slices.ts';
import type { MessagePacket } from './stored-packets.ts';
import type { Wills } from './wills.ts';

/** All that is kept for clients, by kind, and the journal that brings it to disk. */
export interface Kept {
  readonly sessions: Sessions;
  readonly queues: Queues;
  readonly retained: RetainedMessages;
  /** For look-ups among the retained messages. */
  readonly slices: Slices;
  readonly incoming: Incoming;
  readonly wills: Wills;
  readonly journal: Journal;
  /** Subscriptions that are not to be kept. */
  readonly refused: { has(subscription: object): boolean };
  /** Subscriptions that need not be on disk before the others of their packet are. */
  readonly unfinished: { has(subscription: object): boolean };
  /** Messages that a client may have that it has not acknowledged. */
  readonly inFlightPerClient: number;
  readonly accepted: AcceptedMessages;
  readonly expiry: MessageExpiry;
}

/** What was done for a client's message before Aedes took it. */
export interface Accepted {
  /** The message as it waits in the queues of sessions, where any wanted it. */
  readonly message: StoredMessage | undefined;
  /** Whether it is written already where it is to be retained. */
  readonly isWritten: boolean;
  /** Whether its publisher has not signed in. */
  readonly isAnonymous: boolean;
}

/** Messages of clients that are kept already when Aedes asks for it. */
export class AcceptedMessages {
  /** By the payload, which is the one thing that Aedes passes on as it is. */
  readonly #byPayload = new WeakMap<object, Accepted>();

  add(payload: Buffer, accepted: Accepted): void {
    this.#byPayload.set(payload, accepted);
  }

  of({ payload }: MessagePacket): Accepted | undefined {
    return typeof payload === 'object' ? this.#byPayload.get(payload) : undefined;
  }
}
