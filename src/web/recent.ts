import type { UserEvent } from '../events/user-event.ts';

/** The last events, newest first when read. Kept in memory only: they name people. */
export class RecentEvents {
  readonly #capacity: number;
  /** A ring: what is let go of at once, while still young, costs the garbage collector nothing. */
  readonly #events: UserEvent[] = [];
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(event: UserEvent): void {
    this.#events[this.#next] = event;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** The id of the last event; undefined before the first. */
  get newestId(): string | undefined {
    return this.#events.at(this.#next - 1)?.id;
  }

  newestFirst(): UserEvent[] {
    return [...this.#events.slice(this.#next), ...this.#events.slice(0, this.#next)].reverse();
  }
}
