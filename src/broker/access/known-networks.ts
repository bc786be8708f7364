import { networkOf } from '../../platform/addresses.ts';

/** How many are known; strangers that come later do not push them out. */
const mostNetworks = 256;

/** A network that was not seen for so long makes room for another, ms: 30 days. */
const forgottenAfterMs = 30 * 86_400_000;

export interface KnownNetworksOptions {
  /** Keeps when a network was last seen (ms since 1970) over restarts; undefined takes it away. */
  readonly write: (network: string, seenAt: number | undefined) => void;
  readonly now: () => Date;
}

/** Day-long steps are enough, and spare the card. */
const dayMs = 86_400_000;

/**
 * The networks from which clients have stayed, or signed in: when there is not room for all, they
 * come before those that nobody has seen before.
 */
export class KnownNetworks {
  readonly #options: KnownNetworksOptions;
  readonly #seenAt = new Map<string, number>();

  constructor(options: KnownNetworksOptions) {
    this.#options = options;
  }

  has(network: string): boolean {
    return this.#seenAt.has(network);
  }

  /** A client at this address has shown that it belongs here. */
  add(address: string): void {
    const network = networkOf(address);
    const now = this.#options.now().getTime();
    const before = this.#seenAt.get(network);
    if (before !== undefined && Math.abs(now - before) < dayMs) return;
    if (before === undefined && !this.#hasRoom(now)) return;
    this.#seenAt.set(network, now);
    this.#options.write(network, now);
  }

  /** Takes in what an earlier run left. */
  load(network: string, seenAt: number): void {
    if (this.#seenAt.size < mostNetworks && Number.isFinite(seenAt)) {
      this.#seenAt.set(network, seenAt);
    }
  }

  /** Writes everything, after the disk was away. */
  writeAll(): void {
    for (const [network, seenAt] of this.#seenAt) this.#options.write(network, seenAt);
  }

  #hasRoom(now: number): boolean {
    if (this.#seenAt.size < mostNetworks) return true;
    for (const [network, seenAt] of this.#seenAt) {
      if (now - seenAt < forgottenAfterMs) continue;
      this.#seenAt.delete(network);
      this.#options.write(network, undefined);
      return true;
    }
    return false;
  }
}
