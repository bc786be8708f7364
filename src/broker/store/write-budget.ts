import type { Party } from '../../access/fair-shares.ts';
import { RateLimit } from '../../access/rate-limit.ts';
import { putLast } from '../../platform/bounded-map.ts';
import type { Clock } from '../../platform/clock.ts';

const hourMs = 3_600_000;

/** How the budget of anonymous clients is shared. */
export interface WriteShares {
  /** All unknown addresses together; the rest is for known addresses. */
  readonly ofStrangers: number;
  /** The most for one address, of everything its standing has. */
  readonly ofOne: number;
}

const usualShares: WriteShares = { ofStrangers: 1 / 4, ofOne: 1 / 2 };

/**
 * The share of an hour's bytes that may be written at once, as when many clients disconnect
 * together.
 */
const burstPart = 1 / 2;

/** How many addresses are counted; the oldest is dropped first. */
const mostParties = 1000;

/**
 * Limits what anonymous clients make the appliance write to its card. Signed-in users are not
 * limited: how many there are is the owner's choice.
 */
export class WriteBudget {
  readonly #bytesPerHour: number;
  readonly #shares: WriteShares;
  readonly #clock: Clock;
  readonly #ofAll = new Map<Party['standing'], RateLimit>();
  readonly #ofOne = new Map<string, RateLimit>();

  /** @param bytesPerHour the maximum for all anonymous clients together */
  constructor(bytesPerHour: number, clock: Clock, shares = usualShares) {
    this.#bytesPerHour = bytesPerHour;
    this.#shares = shares;
    this.#clock = clock;
  }

  /** Whether this many bytes may be written for this party now; takes them from its budget. */
  take(party: Party, bytes: number): boolean {
    const { standing, key } = party;
    if (standing === 'signedIn') return true;
    const { ofStrangers, ofOne: partOfOne } = this.#shares;
    const part = standing === 'stranger' ? ofStrangers : 1 - ofStrangers;
    const ofAll = this.#limit(this.#ofAll, standing, part);
    const ofOne = this.#limit(this.#ofOne, `${standing}/${key}`, part * partOfOne);
    if (!ofOne.has(bytes) || !ofAll.has(bytes)) return false;
    ofOne.take(bytes);
    ofAll.take(bytes);
    return true;
  }

  /** Whether something could be written for a party now; takes nothing. */
  has({ standing, key }: Party, bytes: number): boolean {
    if (standing === 'signedIn') return true;
    const ofAll = this.#ofAll.get(standing);
    const ofOne = this.#ofOne.get(`${standing}/${key}`);
    return (ofAll?.has(bytes) ?? true) && (ofOne?.has(bytes) ?? true);
  }

  /** How much may be written at once for all parties of a standing together, bytes. */
  mostAtOnce({ standing }: Party): number {
    if (standing === 'signedIn') return Number.POSITIVE_INFINITY;
    const { ofStrangers } = this.#shares;
    return (
      this.#bytesPerHour * (standing === 'stranger' ? ofStrangers : 1 - ofStrangers) * burstPart
    );
  }

  #limit<Key>(limits: Map<Key, RateLimit>, key: Key, part: number): RateLimit {
    const known = limits.get(key);
    if (known) return known;
    const bytesPerHour = this.#bytesPerHour * part;
    const limit = new RateLimit(
      { burst: bytesPerHour * burstPart, everyMs: hourMs / bytesPerHour },
      this.#clock,
    );
    putLast(limits, key, limit, mostParties);
    return limit;
  }
}
