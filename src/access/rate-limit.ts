import type { Clock } from '../platform/clock.ts';

export interface RateLimitOptions {
  /** How many are allowed at once after a quiet time. */
  readonly burst: number;
  /** One more is allowed per this time, ms. */
  readonly everyMs: number;
}

/** Allows a number of actions per time, and no more (a token bucket). */
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

  /** How long to wait for the next token, ms. */
  get waitMs(): number {
    this.#fill();
    return this.#tokens < 1 ? (1 - this.#tokens) * this.#options.everyMs : 0;
  }

  /** Whether this many tokens are available. */
  has(count: number): boolean {
    this.#fill();
    return this.#tokens >= count;
  }

  /** Whether a whole burst is available. */
  get isFull(): boolean {
    this.#fill();
    return this.#tokens >= this.#options.burst;
  }

  /** Takes a token, or several at once; returns 0, or how long to wait for the next one, ms. */
  take(count = 1): number {
    const { waitMs } = this;
    if (waitMs === 0) this.#tokens -= count;
    return waitMs;
  }

  /** Takes tokens even if none are left; returns how long to wait until they are covered, ms. */
  takeInAdvance(turns = 1): number {
    this.#fill();
    this.#tokens -= turns;
    return this.#tokens < 0 ? -this.#tokens * this.#options.everyMs : 0;
  }

  /** Returns a token: the action it was taken for doesn't count. */
  giveBack(): void {
    this.#fill();
    this.#tokens = Math.min(this.#options.burst, this.#tokens + 1);
  }

  /** How many tokens of the burst are in use. */
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
