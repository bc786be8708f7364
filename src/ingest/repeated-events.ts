import type { Dialect } from '../events/user-event.ts';
import type { ParsedEvent } from './parse.ts';

/**
 * Two log appender files write the same row at once; this allows for relays, ms. It is measured from
 * the first datagram, so an event can hide only others within this time.
 */
const otherDialectMs = 1000;
/** A network that duplicates a datagram delivers both within this time, ms. */
const sameDatagramMs = 50;
/** Recent events that are compared: datagrams of one row arrive close together. */
const mostRemembered = 128;
const mostSameRemembered = 8;

const formOf: Readonly<Record<Dialect, number>> = {
  'butler-4': 1,
  'butler-6': 2,
  'butler-sos': 4,
};

/**
 * What makes a row of the log unique: the id of a session, or a time with fractions of a second.
 */
const rowIdentity = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d\d:\d\d:\d\d[.,]\d/i;

interface Seen {
  readonly event: ParsedEvent;
  readonly source: string;
  readonly firstMs: number;
  /** The dialects in which it arrived; a sum of `formOf`. */
  forms: number;
}

/**
 * Recognises duplicates of an event in other datagrams, by the rule that a satellite uses for
 * copies: an event arrives at most once in each of its forms, and the first one counts. Here, the
 * forms are the dialects, which arrive together where the appender files of Butler and Butler SOS
 * are both installed.
 *
 * Two events in one dialect are two events, even if they are identical: two users in one browser,
 * or one user in two tabs. The only exception is a datagram that is the same in every field, follows
 * immediately and identifies its row.
 */
export class RepeatedEvents {
  readonly #seen: (Seen | undefined)[] = new Array<Seen | undefined>(mostRemembered).fill(
    undefined,
  );
  #next = 0;
  /** The dialect of the last event. With only one dialect, there is nothing to compare. */
  #dialect: Dialect | undefined;
  #dialectMs = Number.NEGATIVE_INFINITY;
  /** When the last event in another dialect than that arrived. */
  #otherDialectMs = Number.NEGATIVE_INFINITY;

  /**
   * Returns the dialect of the event from the same sender that this one repeats; undefined if the
   * event is new. Remembers the event.
   */
  firstDialectOf(event: ParsedEvent, source: string, nowMs: number): Dialect | undefined {
    if (event.dialect !== this.#dialect) {
      this.#otherDialectMs = this.#dialectMs;
      this.#dialect = event.dialect;
    }
    this.#dialectMs = nowMs;
    let seen = this.#sameDatagram(event, source, nowMs);
    if (!seen && this.#otherDialectMs >= nowMs - otherDialectMs) {
      seen = this.#inOtherDialect(event, source, nowMs);
    }
    if (seen) {
      seen.forms |= formOf[event.dialect];
      return seen.event.dialect;
    }
    this.#seen[this.#next] = { event, source, firstMs: nowMs, forms: formOf[event.dialect] };
    this.#next = (this.#next + 1) % mostRemembered;
    return undefined;
  }

  /** Returns the oldest event not yet received in this dialect: datagrams keep their order. */
  #inOtherDialect(event: ParsedEvent, source: string, nowMs: number): Seen | undefined {
    const form = formOf[event.dialect];
    for (let age = mostRemembered; age >= 1; age -= 1) {
      const seen = this.#seen[(this.#next - age + mostRemembered) % mostRemembered];
      if (!seen || seen.firstMs < nowMs - otherDialectMs || (seen.forms & form) !== 0) continue;
      if (isSameAction(seen, event, source) && isSameContext(seen.event, event)) return seen;
    }
    return undefined;
  }

  #sameDatagram(event: ParsedEvent, source: string, nowMs: number): Seen | undefined {
    for (let age = 1; age <= mostSameRemembered; age += 1) {
      const seen = this.#seen[(this.#next - age + mostRemembered) % mostRemembered];
      if (!seen || seen.firstMs < nowMs - sameDatagramMs) return undefined;
      const { dialect, origin, context, message } = seen.event;
      if (
        isSameAction(seen, event, source) &&
        dialect === event.dialect &&
        origin === event.origin &&
        context === event.context &&
        message === event.message &&
        rowIdentity.test(message)
      ) {
        return seen;
      }
    }
    return undefined;
  }
}

function isSameAction(seen: Seen, event: ParsedEvent, source: string): boolean {
  return (
    seen.event.userId === event.userId &&
    seen.event.kind === event.kind &&
    seen.event.host === event.host &&
    seen.event.userDirectory === event.userDirectory &&
    seen.source === source
  );
}

/** The oldest appender files leave the context out. */
function isSameContext(first: ParsedEvent, second: ParsedEvent): boolean {
  return first.context === second.context || first.context === '' || second.context === '';
}
