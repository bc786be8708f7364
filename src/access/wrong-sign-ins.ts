import { putLast } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';

/** How many are remembered per network, and for how many networks; about 2 MB at most. */
const mostOfNetwork = 16;
const mostNetworks = 1000;
/** Afterwards it is checked again, ms: a check may have failed because memory was short. */
const longestMs = 60 * 60_000;

/**
 * Wrong names and passwords, by the network that sent them. Users change only with a restart, so
 * what was wrong stays wrong, and a device that repeats an old password learns nothing from the
 * answer: it needs neither a derivation nor one of its network's guesses.
 */
export class WrongSignIns {
  readonly #clock: Clock;
  /** When each digest was checked, ms. In both maps the first is the least recently sent. */
  readonly #networks = new Map<string, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Whether this network has sent the same before, and it was wrong.
   * @param digest a keyed digest of name and password
   */
  has(network: string, digest: Buffer): boolean {
    const checkedAtMs = this.#networks.get(network)?.get(keyOf(digest));
    if (checkedAtMs === undefined || this.#clock.monotonicMs() - checkedAtMs > longestMs) {
      return false;
    }
    this.#putLast(network, digest, checkedAtMs);
    return true;
  }

  /** Remembers that name and password were checked and are wrong. */
  remember(network: string, digest: Buffer): void {
    this.#putLast(network, digest, this.#clock.monotonicMs());
  }

  #putLast(network: string, digest: Buffer, checkedAtMs: number): void {
    const ofNetwork = this.#networks.get(network) ?? new Map<string, number>();
    putLast(ofNetwork, keyOf(digest), checkedAtMs, mostOfNetwork);
    putLast(this.#networks, network, ofNetwork, mostNetworks);
  }
}

const keyOf = (digest: Buffer): string => digest.toString('base64');
