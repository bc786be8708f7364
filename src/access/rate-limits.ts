import { networkOf } from '../platform/addresses.ts';
import { putLast } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';
import { RateLimit, type RateLimitOptions } from './rate-limit.ts';

/** How many keys are remembered; those that have a whole burst left are dropped first. */
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

  /** Takes one turn of this key; the result is 0, or how long to wait for the next, ms. */
  take(key: string): number {
    let limit = this.#limits.get(key);
    if (!limit) {
      if (this.#limits.size >= mostKeys) this.#dropQuiet();
      limit = new RateLimit(this.#options, this.#clock);
      putLast(this.#limits, key, limit, mostKeys);
    }
    return limit.take();
  }

  /** A turn that was taken does not count after all. */
  giveBack(key: string): void {
    this.#limits.get(key)?.giveBack();
  }

  /** How long this key must wait for its next turn, ms. */
  waitMs(key: string): number {
    return this.#limits.get(key)?.waitMs ?? 0;
  }

  /** How many turns of its burst this key has taken that have not come back yet. */
  used(key: string): number {
    return this.#limits.get(key)?.used ?? 0;
  }

  #dropQuiet(): void {
    for (const [key, limit] of this.#limits) {
      if (limit.isFull) this.#limits.delete(key);
    }
  }
}

/** A rate limit for each address of the network. */
export class AddressLimits {
  readonly #limits: RateLimits;

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#limits = new RateLimits(options, clock);
  }

  /** Takes one turn of this address; the result is 0, or how long to wait for the next, ms. */
  take(address: string): number {
    return this.#limits.take(networkOf(address));
  }

  /** How long this address must wait for its next turn, ms. */
  waitMs(address: string): number {
    return this.#limits.waitMs(networkOf(address));
  }
}
