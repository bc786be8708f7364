import { FairShares, type Party } from '../../access/fair-shares.ts';

/** A client or a session that has subscriptions. */
export interface FilterHolder {
  readonly party: Party;
  /** Ends it, including its subscriptions. */
  giveWay(): void;
}

/** A filter with this many levels or bytes takes as much memory as a short one. */
const levelsOfOne = 8;
const bytesOfOne = 128;

/** The weight of a filter: one, or more if it is deep or long. */
export function weightOfFilter(filter: string): number {
  const levels = filter.split('/').length;
  return Math.max(1, Math.ceil(levels / levelsOfOne), Math.ceil(filter.length / bytesOfOne));
}

/**
 * Limits the subscriptions of all clients and sessions together. A party that asks for more than
 * there is room for gets it from those that must give way to it, or is refused.
 */
export class FilterBudget {
  readonly #most: number;
  readonly #shares = new FairShares();
  readonly #amounts = new Map<FilterHolder, number>();

  /** @param most the total for all, by `weightOfFilter` */
  constructor(most: number) {
    this.#most = most;
  }

  /** The total of all parties. */
  get total(): number {
    return this.#shares.total;
  }

  /** Whether there is room for more; makes room if that is fair. */
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

  /** Adds to (or subtracts from) the weight of a holder. */
  add(holder: FilterHolder, weight: number): void {
    const amount = (this.#amounts.get(holder) ?? 0) + weight;
    if (amount > 0) this.#amounts.set(holder, amount);
    else this.#amounts.delete(holder);
    if (weight > 0) this.#shares.add(holder.party, weight);
    else this.#shares.remove(holder.party, -weight);
  }

  /**
   * The weight of a holder counts for another party from now on.
   * @param setParty makes that party the holder's
   */
  move(holder: FilterHolder, setParty: () => void): void {
    const amount = this.#amounts.get(holder);
    this.release(holder);
    setParty();
    if (amount !== undefined) this.add(holder, amount);
  }

  /** Clears everything a holder has. */
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
