import { FairShares, type Party } from '../../access/fair-shares.ts';

/** A client or a session that has subscriptions. */
export interface FilterHolder {
  readonly party: Party;
  /** Ends it, with its subscriptions. */
  giveWay(): void;
}

/** So many levels and bytes of a filter take as much memory as a short filter does. */
const levelsOfOne = 8;
const bytesOfOne = 128;

/** What a filter counts: one, or more when it is deep or long. */
export function weightOfFilter(filter: string): number {
  const levels = filter.split('/').length;
  return Math.max(1, Math.ceil(levels / levelsOfOne), Math.ceil(filter.length / bytesOfOne));
}

/**
 * Bounds the subscriptions of all clients and sessions together. A party that asks for one more than
 * there is room for gets it from those that must give way to it; else it is refused.
 */
export class FilterBudget {
  readonly #most: number;
  readonly #shares = new FairShares();
  readonly #amounts = new Map<FilterHolder, number>();

  /** @param most what all may have together, by `weightOfFilter` */
  constructor(most: number) {
    this.#most = most;
  }

  /** What all have together. */
  get total(): number {
    return this.#shares.total;
  }

  /** Whether there is room for one more; makes it where that is fair. */
  hasRoomFor(party: Party, weight: number): boolean {
    while (this.#shares.total + weight > this.#most) {
      const loser = this.#shares.firstToGiveWayTo(party, weight);
      const holder = loser && this.#largestOf(loser);
      if (!holder) return false;
      this.release(holder);
      holder.giveWay();
    }
    return true;
  }

  /** Notes that a holder has so much more, or less. */
  add(holder: FilterHolder, weight: number): void {
    const amount = (this.#amounts.get(holder) ?? 0) + weight;
    if (amount > 0) this.#amounts.set(holder, amount);
    else this.#amounts.delete(holder);
    if (weight > 0) this.#shares.add(holder.party, weight);
    else this.#shares.remove(holder.party, -weight);
  }

  /**
   * What a holder has counts for another party from now on.
   * @param setParty makes it the holder's
   */
  move(holder: FilterHolder, setParty: () => void): void {
    const amount = this.#amounts.get(holder);
    this.release(holder);
    setParty();
    if (amount !== undefined) this.add(holder, amount);
  }

  /** Forgets all that a holder has. */
  release(holder: FilterHolder): void {
    const amount = this.#amounts.get(holder);
    if (amount === undefined) return;
    this.#amounts.delete(holder);
    this.#shares.remove(holder.party, amount);
  }

  #largestOf({ key, standing }: Party): FilterHolder | undefined {
    let largest: FilterHolder | undefined;
    let most = 0;
    for (const [holder, amount] of this.#amounts) {
      if (holder.party.key !== key || holder.party.standing !== standing) continue;
      if (amount <= most) continue;
      largest = holder;
      most = amount;
    }
    return largest;
  }
}
