import { isTestEvent } from '../../events/test-event.ts';
import type { UserEvent } from '../../events/user-event.ts';

/** A machine that sent events. */
export interface Sender {
  readonly address: string;
  readonly events: number;
  /** Its last event: the Sense host, Qlik's words for what happened, when it came (ISO 8601). */
  readonly host: string;
  readonly command: string;
  readonly at: string;
}

interface HeardSender {
  readonly address: string;
  events: number;
  lastEvent: UserEvent;
}

/** Addresses come from the network, so their number must have an end. */
const mostSenders = 50;

/** Which machines sent events since the start, test events left out. */
export class Senders {
  /** By address; the one heard of last is the last. */
  readonly #senders = new Map<string, HeardSender>();
  #last: HeardSender | undefined;

  add(event: UserEvent): void {
    if (isTestEvent(event)) return;
    // Mostly it is the same one again, whose place needs no change.
    const sender =
      this.#last?.address === event.source ? this.#last : this.#moveToEnd(event.source, event);
    sender.events += 1;
    sender.lastEvent = event;
    this.#last = sender;
  }

  /** The one heard of last comes first. */
  newestFirst(): Sender[] {
    const senders = [...this.#senders.values()].map(({ address, events, lastEvent }) => ({
      address,
      events,
      host: lastEvent.host,
      command: lastEvent.command,
      at: lastEvent.receivedAt,
    }));
    return senders.reverse();
  }

  #moveToEnd(address: string, lastEvent: UserEvent): HeardSender {
    const sender = this.#senders.get(address) ?? { address, events: 0, lastEvent };
    this.#senders.delete(address);
    this.#senders.set(address, sender);
    const [oldest] = this.#senders.keys();
    if (this.#senders.size > mostSenders && oldest !== undefined) this.#senders.delete(oldest);
    return sender;
  }
}
