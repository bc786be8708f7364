import { networkOf } from '../platform/addresses.ts';
import { putLast } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';
import { RateLimit, type RateLimitOptions } from './rate-limit.ts';

/** How many keys are remembered; those with a full burst left are dropped first. */
const mostKeys = 1000;

/** A rate limit for each of many keys, such as networks or user names. */
export class RateLimits {
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  readonly #limits = new Map<string, RateLimit>();

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Takes a token of this key; returns 0, or how long to wait for the next one, ms. */
  take(key: string): number {
    let limit = this.#limits.get(key);
    if (!limit) {
      if (this.#limits.size >= mostKeys) this.#dropQuiet();
      limit = new RateLimit(this.#options, this.#clock);
      putLast(this.#limits, key, limit, mostKeys);
    }
    return limit.take();
  }

  /** Returns a token: the action it was taken for doesn't count. */
  giveBack(key: string): void {
    this.#limits.get(key)?.giveBack();
  }

  /** How long this key must wait for its next token, ms. */
  waitMs(key: string): number {
    return this.#limits.get(key)?.waitMs ?? 0;
  }

  /** How many tokens of its burst this key has in use. */
  used(key: string): number {
    return this.#limits.get(key)?.used ?? 0;
  }

  #dropQuiet(): void {
    for (const [key, limit] of this.#limits) {
      if (limit.isFull) this.#limits.delete(key);
    }
  }
}

/** A rate limit for each network address. */
export class AddressLimits {
  readonly #limits: RateLimits;

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#limits = new RateLimits(options, clock);
  }

  /** Takes a token of this address; returns 0, or how long to wait for the next one, ms. */
  take(address: string): number {
    return this.#limits.take(networkOf(address));
  }

  /** How long this address must wait for its next token, ms. */
  waitMs(address: string): number {
    return this.#limits.waitMs(networkOf(address));
  }
}
