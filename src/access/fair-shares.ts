/**
 * How far someone who competes for a budget is trusted; the lower, the sooner they must give way.
 */
export const standings = ['stranger', 'known', 'signedIn'] as const;
export type Standing = (typeof standings)[number];

/** Someone who competes with others for a budget. */
export interface Party {
  /** A user name or a network: everything under one key counts together. */
  readonly key: string;
  readonly standing: Standing;
}

type Amount = Pick<Share, 'party' | 'amount'>;

interface Share {
  readonly party: Party;
  amount: number;
  /** Whether all of it has been given back. */
  isOver: boolean;
}

/**
 * Records who has how much of a budget, and who must give way when it is used up: among those with
 * the lowest standing, the party that has most. So an address that takes everything loses it again
 * to the first other party that arrives, and unknown parties take nothing from signed-in users.
 */
export class FairShares {
  #total = 0;
  readonly #shares = new Map<string, Share>();
  /** Looked up without building a key, because this happens for each message. */
  readonly #found = new WeakMap<Party, Share>();

  /** The total of all parties. */
  get total(): number {
    return this.#total;
  }

  /** The amount of one party. */
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

  /** The party that gives way first; undefined if nobody has anything. */
  get first(): Party | undefined {
    let first: Share | undefined;
    for (const share of this.#shares.values()) {
      if (!first || givesWayBefore(share, first)) first = share;
    }
    return first?.party;
  }

  /**
   * The party that gives way so that `party` can have `amount` more; undefined if that would be
   * unfair: `party` itself then goes without.
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

/** A user name may look like an address. */
const keyOf = ({ key, standing }: Party): string => `${standing}/${key}`;
