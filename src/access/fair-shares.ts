/** How much somebody who competes for a budget is trusted; the less, the sooner they give way. */
export const standings = ['stranger', 'known', 'signedIn'] as const;
export type Standing = (typeof standings)[number];

/** Somebody who competes with others for a budget. */
export interface Party {
  /** A user's name or a network: what one of them takes counts together. */
  readonly key: string;
  readonly standing: Standing;
}

type Amount = Pick<Share, 'party' | 'amount'>;

interface Share {
  readonly party: Party;
  amount: number;
  /** Whether it has been given back as a whole. */
  isOver: boolean;
}

/**
 * Who has how much of a budget, and who must give way when it is used up: of those with the lowest
 * standing the one that has most. So one address that takes everything loses it again to the first
 * other that comes, and strangers take nothing from those who have signed in.
 */
export class FairShares {
  #total = 0;
  readonly #shares = new Map<string, Share>();
  /** Found without making a key: what is counted for each message must cost little. */
  readonly #found = new WeakMap<Party, Share>();

  /** What all have together. */
  get total(): number {
    return this.#total;
  }

  /** What one party has. */
  of(party: Party): number {
    return this.#find(party)?.amount ?? 0;
  }

  add(party: Party, amount: number): void {
    const share = this.#find(party) ?? this.#open(party);
    share.amount += amount;
    this.#total += amount;
  }

  /** Gives back what was added before. */
  remove(party: Party, amount: number): void {
    const share = this.#find(party);
    if (!share) return;
    share.amount -= amount;
    this.#total -= amount;
    if (share.amount > 0) return;
    share.isOver = true;
    this.#shares.delete(keyOf(party));
  }

  /** The party that gives way first; undefined while nobody has anything. */
  get first(): Party | undefined {
    let first: Share | undefined;
    for (const share of this.#shares.values()) {
      if (!first || givesWayBefore(share, first)) first = share;
    }
    return first?.party;
  }

  /**
   * Who gives way so that `party` can have `amount` more; undefined when that would not be fair:
   * then `party` itself goes without.
   */
  firstToGiveWayTo(party: Party, amount = 1): Party | undefined {
    const { first } = this;
    if (!first) return undefined;
    const wanted = { party, amount: this.of(party) + amount };
    return givesWayBefore({ party: first, amount: this.of(first) }, wanted) ? first : undefined;
  }

  #find(party: Party): Share | undefined {
    const found = this.#found.get(party);
    if (found && !found.isOver) return found;
    const share = this.#shares.get(keyOf(party));
    if (share) this.#found.set(party, share);
    return share;
  }

  #open(party: Party): Share {
    const share = { party, amount: 0, isOver: false };
    this.#shares.set(keyOf(party), share);
    this.#found.set(party, share);
    return share;
  }
}

function givesWayBefore(one: Amount, other: Amount): boolean {
  const rank = standings.indexOf(one.party.standing) - standings.indexOf(other.party.standing);
  return rank === 0 ? one.amount > other.amount : rank < 0;
}

/** A user may be called like an address. */
const keyOf = ({ key, standing }: Party): string => `${standing}/${key}`;
