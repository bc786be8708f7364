import type { Clock } from '../clock.ts';
import { networkOf } from './network-of.ts';
import { RateLimit, type RateLimitOptions } from './rate-limit.ts';

/** How many addresses are remembered; those that behave are forgotten first. */
const mostAddresses = 1000;

/** A rate limit for each address of the network. */
export class AddressLimits {
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  readonly #limits = new Map<string, RateLimit>();

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Takes one turn of this address; the result is 0, or how long to wait for the next, ms. */
  take(address: string): number {
    const network = networkOf(address);
    let limit = this.#limits.get(network);
    if (!limit) {
      if (this.#limits.size >= mostAddresses) this.#forget();
      limit = new RateLimit(this.#options, this.#clock);
      this.#limits.set(network, limit);
    }
    return limit.take();
  }

  /** How long this address must wait for its next turn, ms. */
  waitMs(address: string): number {
    return this.#limits.get(networkOf(address))?.waitMs ?? 0;
  }

  #forget(): void {
    for (const [network, limit] of this.#limits) {
      if (limit.isFull) this.#limits.delete(network);
    }
    const [oldest] = this.#limits.keys();
    if (this.#limits.size >= mostAddresses && oldest !== undefined) this.#limits.delete(oldest);
  }
}
