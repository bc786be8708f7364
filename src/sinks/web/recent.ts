import type { UserEvent } from '../../events/user-event.ts';

/** The last events, newest first when read. Kept in memory only: they name people. */
export class RecentEvents {
  readonly #capacity: number;
  readonly #events: UserEvent[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(event: UserEvent): void {
    this.#events.push(event);
    // Cutting now and then costs less than shifting every time.
    if (this.#events.length >= this.#capacity * 2) this.#events.splice(0, this.#capacity);
  }

  newestFirst(): UserEvent[] {
    return this.#events.slice(-this.#capacity).reverse();
  }
}
