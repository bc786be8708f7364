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

/** Everything that is kept for clients, by kind, and the journal that writes it to disk. */
export interface Kept {
  readonly sessions: Sessions;
  readonly queues: Queues;
  readonly retained: RetainedMessages;
  /** For searches of the retained messages. */
  readonly slices: Slices;
  readonly incoming: Incoming;
  readonly wills: Wills;
  readonly journal: Journal;
  /** Subscriptions that must not be kept. */
  readonly refused: { has(subscription: object): boolean };
  /** Subscriptions that need not be on disk before the others of their packet. */
  readonly unfinished: { has(subscription: object): boolean };
  /** How many unacknowledged messages a client may have. */
  readonly inFlightPerClient: number;
  readonly accepted: AcceptedMessages;
  readonly expiry: MessageExpiry;
}

/** What was done for a client's message before Aedes received it. */
export interface Accepted {
  /** The message as it waits in the queues of sessions, if any of them wanted it. */
  readonly message: StoredMessage | undefined;
  /** Whether it has already been written where it is to be retained. */
  readonly isWritten: boolean;
  /** Whether its publisher has not signed in. */
  readonly isAnonymous: boolean;
}

/** Messages of clients that have already been kept when Aedes asks for that. */
export class AcceptedMessages {
  /** By the payload, the only thing that Aedes passes on unchanged. */
  readonly #byPayload = new WeakMap<object, Accepted>();

  add(payload: Buffer, accepted: Accepted): void {
    this.#byPayload.set(payload, accepted);
  }

  of({ payload }: MessagePacket): Accepted | undefined {
    return typeof payload === 'object' ? this.#byPayload.get(payload) : undefined;
  }
}
