import type { Dialect } from '../events/user-event.ts';
import type { ParsedEvent } from './parse.ts';

/**
 * Two log appender files write the same row at once; this leaves room for relays, ms. It counts from
 * the first datagram, so an event can only ever hide those within it.
 */
const otherDialectMs = 1000;
/** A network that doubles a datagram delivers both at once, ms. */
const sameDatagramMs = 50;
/** Datagrams of one row come close together, whatever else arrives: so many events are looked at. */
const mostRemembered = 128;
const mostSameRemembered = 8;

const formOf: Readonly<Record<Dialect, number>> = {
  'butler-4': 1,
  'butler-6': 2,
  'butler-sos': 4,
};

/**
 * What makes a row of the log one of its kind: the id of a session, or a time with a fraction of a
 * second.
 */
const rowIdentity = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d\d:\d\d:\d\d[.,]\d/i;

interface Seen {
  readonly event: ParsedEvent;
  readonly source: string;
  readonly firstMs: number;
  /** In which dialects it came; a sum of `formOf`. */
  forms: number;
}

/**
 * Tells events from the same ones in another datagram, by the rule by which a satellite tells
 * copies: an event comes at most once in each of its forms, and the first that comes counts. Here
 * the forms are the dialects, as they come where Butler's and Butler SOS's appender file are both
 * installed.
 *
 * Two events in one dialect are two events, even if nothing differs: two users in one browser, or
 * one in two tabs. The one exception is a datagram that is the same in every field, follows at
 * once and names its row.
 */
export class RepeatedEvents {
  readonly #seen: (Seen | undefined)[] = new Array<Seen | undefined>(mostRemembered).fill(
    undefined,
  );
  #next = 0;
  /** With only one dialect there is nothing to look for. */
  #dialect: Dialect | undefined;
  #dialectMs = Number.NEGATIVE_INFINITY;
  /** When an event in any other dialect than the last one came last. */
  #otherDialectMs = Number.NEGATIVE_INFINITY;

  /**
   * Which dialect of an event from the same sender this one repeats; undefined for a new event.
   * Asking makes it known.
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

  /** The oldest event that did not come in this dialect yet: its datagrams keep their order. */
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
