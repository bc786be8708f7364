import type { Party } from '../../access/fair-shares.ts';
import { RateLimit } from '../../access/rate-limit.ts';
import { putLast } from '../../platform/bounded-map.ts';
import type { Clock } from '../../platform/clock.ts';

const hourMs = 3_600_000;

/** Who gets which part of what anonymous clients may have written. */
export interface WriteShares {
  /** Strangers together; the rest is for known addresses. */
  readonly ofStrangers: number;
  /** One address at most, of what there is for all of its standing. */
  readonly ofOne: number;
}

const usualShares: WriteShares = { ofStrangers: 1 / 4, ofOne: 1 / 2 };

/** So much of an hour's bytes may be written at once, as when many clients leave together. */
const burstPart = 1 / 2;

/** How many addresses are counted; the one that came first is dropped first. */
const mostParties = 1000;

/**
 * Bounds what anonymous clients make the appliance write to its card. Who has signed in is not
 * counted: their number is the owner's choice.
 */
export class WriteBudget {
  readonly #bytesPerHour: number;
  readonly #shares: WriteShares;
  readonly #clock: Clock;
  readonly #ofAll = new Map<Party['standing'], RateLimit>();
  readonly #ofOne = new Map<string, RateLimit>();

  /** @param bytesPerHour what all anonymous clients together may have written */
  constructor(bytesPerHour: number, clock: Clock, shares = usualShares) {
    this.#bytesPerHour = bytesPerHour;
    this.#shares = shares;
    this.#clock = clock;
  }

  /** Whether so many bytes may be written for this party now; takes them from its budget. */
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

  /** Whether a party could have something written now; takes nothing. */
  has({ standing, key }: Party, bytes: number): boolean {
    if (standing === 'signedIn') return true;
    const ofAll = this.#ofAll.get(standing);
    const ofOne = this.#ofOne.get(`${standing}/${key}`);
    return (ofAll?.has(bytes) ?? true) && (ofOne?.has(bytes) ?? true);
  }

  /** What parties of a standing may have written together at once, bytes. */
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
