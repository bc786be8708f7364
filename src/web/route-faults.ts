import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';

/** The same fault of a route is logged once in this time, ms. */
const quietMs = 60_000;

/** Faults remembered; with more the oldest is forgotten, and may be logged again. */
const mostRemembered = 100;

/** Logs bugs that requests run into: each once a minute, with its stack. */
export class RouteFaults {
  readonly #clock: Clock;
  readonly #log: Log;
  /** When a fault was logged, by route and message. */
  readonly #loggedAtMs = new Map<string, number>();

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @param url as the request has it: its query may hold names, and is left out */
  report(method: string, url: string, error: unknown): void {
    const path = (url.split(/[?#]/)[0] ?? '').slice(0, 200);
    const key = `${method} ${path} ${String(error).slice(0, 200)}`;
    const nowMs = this.#clock.monotonicMs();
    const atMs = this.#loggedAtMs.get(key);
    if (atMs !== undefined && nowMs - atMs < quietMs) return;
    this.#loggedAtMs.delete(key);
    this.#loggedAtMs.set(key, nowMs);
    const [oldest] = this.#loggedAtMs.keys();
    if (this.#loggedAtMs.size > mostRemembered && oldest !== undefined) {
      this.#loggedAtMs.delete(oldest);
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#log.error(`${method} ${path} failed because of a bug: ${stack}`);
  }
}
