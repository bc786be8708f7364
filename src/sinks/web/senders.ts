import { isTestEvent } from '../../events/test-event.ts';
import type { UserEvent } from '../../events/user-event.ts';

/** A machine that sent events. */
export interface Sender {
  readonly address: string;
  /** The Sense host that its last event named. */
  readonly host: string;
  /** Qlik's words for its last event. */
  readonly command: string;
  /** ISO 8601: when that came. */
  readonly at: string;
  readonly events: number;
}

/** Addresses come from the network, so their number must have an end. */
const mostSenders = 50;

/** Which machines sent events since the start, test events left out. */
export class Senders {
  readonly #senders = new Map<string, Sender>();

  add(event: UserEvent): void {
    if (isTestEvent(event)) return;
    const { source: address, host, command, receivedAt: at } = event;
    const events = (this.#senders.get(address)?.events ?? 0) + 1;
    this.#senders.delete(address);
    this.#senders.set(address, { address, host, command, at, events });
    const [oldest] = this.#senders.keys();
    if (this.#senders.size > mostSenders && oldest !== undefined) this.#senders.delete(oldest);
  }

  /** The one heard of last comes first. */
  newestFirst(): Sender[] {
    return [...this.#senders.values()].reverse();
  }
}
