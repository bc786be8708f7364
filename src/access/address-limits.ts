import type { Clock } from '../platform/clock.ts';
import { networkOf } from './network-of.ts';
import type { RateLimitOptions } from './rate-limit.ts';
import { RateLimits } from './rate-limits.ts';

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
