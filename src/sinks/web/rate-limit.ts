import type { Clock } from '../../clock.ts';

export interface RateLimitOptions {
  /** How many may come at once after a quiet time. */
  readonly burst: number;
  /** One more is allowed after so many ms. */
  readonly everyMs: number;
}

/** Lets so many through in a time, and no more (a token bucket). */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  #tokens: number;
  #filledAt: number;

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#tokens = options.burst;
    this.#filledAt = clock.monotonicMs();
  }

  /** Takes one turn; the result is 0, or how long to wait for the next, ms. */
  take(): number {
    const { burst, everyMs } = this.#options;
    const now = this.#clock.monotonicMs();
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filledAt) / everyMs);
    this.#filledAt = now;
    if (this.#tokens < 1) return (1 - this.#tokens) * everyMs;
    this.#tokens -= 1;
    return 0;
  }
}
