import type { Clock } from '../clock.ts';
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

/** An IPv4 address, or the /64 network of an IPv6 one: that is what a single host may have. */
function networkOf(address: string): string {
  const ipv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (ipv4) return ipv4;
  const [before = '', after] = address.split('::');
  const groups = before.split(':').filter((group) => group !== '');
  const tail = after?.split(':').filter((group) => group !== '') ?? [];
  const zeros = after === undefined ? 0 : 8 - groups.length - tail.length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...tail].slice(0, 4).join(':');
}
