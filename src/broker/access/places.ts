import { FairShares, type Party } from '../../access/fair-shares.ts';

export interface PlacesOptions<Holder> {
  readonly count: number;
  /** Ends a holder that has to give way. */
  readonly end: (holder: Holder) => void;
}

/**
 * The places for clients. When all are taken, a client with higher priority gets one from those
 * with lower priority: a user from an anonymous client, an address with few places from the one
 * with most.
 */
export class Places<Holder> {
  readonly #options: PlacesOptions<Holder>;
  readonly #shares = new FairShares();
  /** The most recent one is the last. */
  readonly #parties = new Map<Holder, Party>();

  constructor(options: PlacesOptions<Holder>) {
    this.#options = options;
  }

  /** The party with most places among those that give way first. */
  get first(): Party | undefined {
    return this.#shares.first;
  }

  of(party: Party): number {
    return this.#shares.of(party);
  }

  /** Takes a place; false if none is available. */
  take(holder: Holder, party: Party): boolean {
    if (this.#parties.size >= this.#options.count && !this.#makeRoomFor(party)) return false;
    this.#parties.set(holder, party);
    this.#shares.add(party, 1);
    return true;
  }

  /** Gives a place back; does nothing if there is none. */
  release(holder: Holder): void {
    const party = this.#parties.get(holder);
    if (!party) return;
    this.#parties.delete(holder);
    this.#shares.remove(party, 1);
  }

  #makeRoomFor(party: Party): boolean {
    const loser = this.#shares.firstToGiveWayTo(party);
    if (!loser) return false;
    const holder = this.#lastOf(loser);
    if (holder === undefined) return false;
    this.release(holder);
    this.#options.end(holder);
    return true;
  }

  /** The most recent one: clients that have stayed for long are more likely to be needed. */
  #lastOf({ key, standing }: Party): Holder | undefined {
    let last: Holder | undefined;
    for (const [holder, party] of this.#parties) {
      if (party.key === key && party.standing === standing) last = holder;
    }
    return last;
  }
}
