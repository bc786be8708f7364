/** @typedef {import('../../events/user-event.ts').UserEvent} UserEvent */
/** @typedef {{ user: string, host: string, kind: string }} EventFilter Empty texts let everything through. */

/** As many as the appliance remembers. */
const mostEvents = 500;

/**
 * The last events, newest first: which of them are shown. A paused list doesn't change, and counts
 * what comes meanwhile.
 */
export class EventList {
  /** @type {EventFilter} */
  filter = { user: '', host: '', kind: '' };
  /** Events that came since the list was paused. */
  waiting = 0;
  /** @type {UserEvent[]} */
  #events = [];
  /** What was there when the list was paused. @type {UserEvent[] | undefined} */
  #frozen;

  get paused() {
    return this.#frozen !== undefined;
  }

  /**
   * Takes what the appliance remembers. What is known here and not there any more stays.
   * @param {readonly UserEvent[]} events
   */
  fill(events) {
    const byId = new Map([...this.#events, ...events].map((event) => [event.id, event]));
    this.#events = [...byId.values()].sort(newestFirst).slice(0, mostEvents);
  }

  /** @param {UserEvent} event */
  add(event) {
    // It may come both from the broker and from /api/events.
    if (this.#events.some(({ id }, index) => index < 50 && id === event.id)) return false;
    this.#events.unshift(event);
    if (this.#events.length > mostEvents) this.#events.pop();
    if (this.#frozen) this.waiting += 1;
    return true;
  }

  pause() {
    this.#frozen ??= [...this.#events];
  }

  resume() {
    this.#frozen = undefined;
    this.waiting = 0;
  }

  clear() {
    this.#events = [];
    this.resume();
  }

  /** How many there are, whatever the filter. */
  get length() {
    return this.#events.length;
  }

  /** Those that the filter lets through, newest first. */
  shown() {
    return (this.#frozen ?? this.#events).filter((event) => matches(event, this.filter));
  }

  /** Every host that the events name, in alphabetical order. */
  hosts() {
    return [...new Set(this.#events.map(({ host }) => host))].sort((a, b) => a.localeCompare(b));
  }
}

/** @param {UserEvent} one @param {UserEvent} other */
const newestFirst = (one, other) =>
  other.receivedAt.localeCompare(one.receivedAt) || other.id.localeCompare(one.id);

/** @param {UserEvent} event @param {EventFilter} filter */
function matches(event, { user, host, kind }) {
  return (
    (kind === '' || event.kind === kind) &&
    (host === '' || event.host === host) &&
    nameOf(event).toLowerCase().includes(user.trim().toLowerCase())
  );
}

/** `LAB/goran`; empty when the name is hidden. @param {UserEvent} event */
export function nameOf({ userDirectory, userId }) {
  return userId === '' ? '' : `${userDirectory}/${userId}`;
}
