import { type UserEvent, userName } from '../../events/user-event.ts';
import { addLast } from '../../platform/bounded-map.ts';
import type { EventForm } from './read-message.ts';

/**
 * The forms of one event follow each other at once; after this much time (ms) everything is new.
 */
const keepMs = 30_000;
/** Names come from the network, so the number kept is limited. */
const mostKeys = 10_000;
const mostIds = 10_000;

type Named = Pick<UserEvent, 'kind' | 'host' | 'userDirectory' | 'userId'>;

/** What is known of one user doing one thing on one host. */
interface Known {
  /** Ids of the events. */
  readonly ids: Set<string>;
  /** Events that came in forms without an id, and so far in no form with one. */
  withoutId: number;
  /** How often each form came. */
  readonly came: Map<EventForm, number>;
  lastMs: number;
}

/**
 * Detects copies of events: an event is published in up to three forms, and may come by several
 * ways. The first to arrive counts; the others are copies.
 * || An id identifies the event. Forms without one are counted: the third `LAB/goran opened an app
 * on sense1` as Butler's text is a copy if three such events are known, and a new event if there
 * are two.
 */
export class Copies {
  /** Recent ids, oldest first: after an outage, an event may come again much later. */
  readonly #ids = new Set<string>();
  readonly #known = new Map<string, Known>();

  /** Records an event that came another way, so that its copies are recognized. */
  note(event: Named & Pick<UserEvent, 'id'>, nowMs: number): void {
    this.#knownOf(event, nowMs).ids.add(event.id);
    this.remember(event.id);
  }

  /** Records the id given to an event that came without one, since it is published with it. */
  remember(id: string): void {
    addLast(this.#ids, id, mostIds);
  }

  /** Whether this event is new. Calling it records the event. */
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
    // Qlik's names are case-insensitive.
    const key = JSON.stringify([event.kind, event.host, userName(event)]).toLowerCase();
    this.#removeOld(nowMs);
    const known = this.#known.get(key) ?? {
      ids: new Set(),
      withoutId: 0,
      came: new Map(),
      lastMs: nowMs,
    };
    known.lastMs = nowMs;
    // The map is ordered by last use.
    this.#known.delete(key);
    this.#known.set(key, known);
    return known;
  }

  #removeOld(nowMs: number): void {
    for (const [key, { lastMs }] of this.#known) {
      if (lastMs > nowMs - keepMs && this.#known.size < mostKeys) return;
      this.#known.delete(key);
    }
  }
}
