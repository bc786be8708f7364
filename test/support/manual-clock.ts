import type { Clock } from '../../src/platform/clock.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that a test moves by hand; what was scheduled runs while it moves, in order. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #startMs: number;
  readonly #timers = new Set<Timer>();

  /** @param start the time of day at which it begins */
  constructor(start = '2026-11-23T12:00:00.000Z') {
    this.#startMs = Date.parse(start);
  }

  monotonicMs(): number {
    return this.#now;
  }

  now(): Date {
    return new Date(this.#startMs + this.#now);
  }

  schedule(delayMs: number, task: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many tasks wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on by `ms`. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = end;
  }
}
