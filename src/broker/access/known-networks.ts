import { networkOf } from '../../platform/addresses.ts';

/** How many networks are known; unknown ones that come later do not displace them. */
const mostNetworks = 256;

/** A network not seen for this long makes room for another, ms: 30 days. */
const forgottenAfterMs = 30 * 86_400_000;

export interface KnownNetworksOptions {
  /** Stores when a network was last seen (ms since 1970) across restarts; undefined deletes it. */
  readonly write: (network: string, seenAt: number | undefined) => void;
  readonly now: () => Date;
}

/** A precision of one day is enough, and wears the card less. */
const dayMs = 86_400_000;

/**
 * The networks from which clients have stayed connected, or signed in: if there isn't room for all,
 * they have priority over unknown networks.
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

  /** Loads what an earlier run stored. */
  load(network: string, seenAt: number): void {
    if (this.#seenAt.size < mostNetworks && Number.isFinite(seenAt)) {
      this.#seenAt.set(network, seenAt);
    }
  }

  /** Writes everything, after the disk was unavailable. */
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
