import type { Incoming } from './incoming.ts';
import type { Journal } from './journal.ts';
import type { RetainedMessages } from './retained-messages.ts';
import type { Sessions } from './sessions.ts';
import type { Slices } from './slices.ts';
import type { MessagePacket } from './stored-packets.ts';
import type { Wills } from './wills.ts';

/** All that is kept for clients, by kind, and the journal that brings it to disk. */
export interface Kept {
  readonly sessions: Sessions;
  readonly retained: RetainedMessages;
  /** For look-ups among the retained messages. */
  readonly slices: Slices;
  readonly incoming: Incoming;
  readonly wills: Wills;
  readonly journal: Journal;
  readonly accepted: AcceptedMessages;
}

/** What was done for a client's message before Aedes took it. */
export interface Accepted {
  /** The message as it waits in the queues of sessions, where any wanted it. */
  readonly message: ReturnType<Sessions['enqueue']> | undefined;
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
