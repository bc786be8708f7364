import { type UserEvent, userName } from '../../events/user-event.ts';
import { addLast } from '../../platform/bounded-map.ts';
import type { EventForm } from './read-message.ts';

/** Forms of one event follow each other at once; after a quiet while like this (ms) all is new. */
const forgetAfterMs = 30_000;
/** Names come from the network, so there is an end to what is remembered. */
const mostKeys = 10_000;
const mostIds = 10_000;

type Named = Pick<UserEvent, 'kind' | 'host' | 'userDirectory' | 'userId'>;

/** What is known of one user who did one thing on one host. */
interface Known {
  /** Ids of the events. */
  readonly ids: Set<string>;
  /** Events that came in forms without an id, and in no form with one yet. */
  withoutId: number;
  /** How often each form came. */
  readonly came: Map<EventForm, number>;
  lastMs: number;
}

/**
 * Tells events from copies of them: an event is published in up to three forms, and may come by
 * several ways. Whatever comes first counts, the others are its copies.
 *
 * An id says which event it is. Forms without one are counted: the third `LAB/goran opened an app on
 * sense1` as Butler's text is a copy when three such events are known, and an event when there are
 * two.
 */
export class Copies {
  /** All ids of late, the oldest first: what was away may come again much later. */
  readonly #ids = new Set<string>();
  readonly #known = new Map<string, Known>();

  /** Takes note of an event that came by another way: its copies are none to count. */
  note(event: Named & Pick<UserEvent, 'id'>, nowMs: number): void {
    this.#knownOf(event, nowMs).ids.add(event.id);
    this.remember(event.id);
  }

  /** Takes note of the id that an event without one was given: it goes out with it. */
  remember(id: string): void {
    addLast(this.#ids, id, mostIds);
  }

  /** Whether this is an event that was not there yet. Asking makes it known. */
  isNew(form: EventForm, event: Named & Partial<Pick<UserEvent, 'id'>>, nowMs: number): boolean {
    const known = this.#knownOf(event, nowMs);
    const { id } = event;
    const came = (known.came.get(form) ?? 0) + 1;
    known.came.set(form, came);
    if (id !== undefined) {
      const isKnown = this.#ids.has(id);
      known.ids.add(id);
      this.remember(id);
      if (isKnown) return false;
      if (known.withoutId === 0) return true;
      known.withoutId -= 1;
      return false;
    }
    // What comes by several ways brings its other forms along each time.
    const withId = Math.max(known.ids.size, known.came.get('whole') ?? 0);
    if (came <= withId + known.withoutId) return false;
    known.withoutId += 1;
    return true;
  }

  #knownOf(event: Named, nowMs: number): Known {
    // Qlik's names compare without regard to case.
    const key = JSON.stringify([event.kind, event.host, userName(event)]).toLowerCase();
    this.#forget(nowMs);
    const known = this.#known.get(key) ?? {
      ids: new Set(),
      withoutId: 0,
      came: new Map(),
      lastMs: nowMs,
    };
    known.lastMs = nowMs;
    // The map's order is that of the last use.
    this.#known.delete(key);
    this.#known.set(key, known);
    return known;
  }

  #forget(nowMs: number): void {
    for (const [key, { lastMs }] of this.#known) {
      if (lastMs > nowMs - forgetAfterMs && this.#known.size < mostKeys) return;
      this.#known.delete(key);
    }
  }
}
