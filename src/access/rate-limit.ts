import type { Clock } from '../platform/clock.ts';

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

  /** How long to wait for the next turn, ms. */
  get waitMs(): number {
    this.#fill();
    return this.#tokens < 1 ? (1 - this.#tokens) * this.#options.everyMs : 0;
  }

  /** Whether so many turns may be taken at once. */
  has(count: number): boolean {
    this.#fill();
    return this.#tokens >= count;
  }

  /** Whether a whole burst may come. */
  get isFull(): boolean {
    this.#fill();
    return this.#tokens >= this.#options.burst;
  }

  /**
   * Takes a turn, or what counts as several; the result is 0, or how long to wait for the next, ms.
   */
  take(count = 1): number {
    const { waitMs } = this;
    if (waitMs === 0) this.#tokens -= count;
    return waitMs;
  }

  /** Takes turns in any case; the result is how long to wait until they are paid for, ms. */
  takeInAdvance(turns = 1): number {
    this.#fill();
    this.#tokens -= turns;
    return this.#tokens < 0 ? -this.#tokens * this.#options.everyMs : 0;
  }

  /** A turn that was taken does not count after all. */
  giveBack(): void {
    this.#fill();
    this.#tokens = Math.min(this.#options.burst, this.#tokens + 1);
  }

  /** How many turns of the burst have been taken and not come back yet. */
  get used(): number {
    this.#fill();
    return this.#options.burst - this.#tokens;
  }

  #fill(): void {
    const { burst, everyMs } = this.#options;
    const now = this.#clock.monotonicMs();
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filledAt) / everyMs);
    this.#filledAt = now;
  }
}
