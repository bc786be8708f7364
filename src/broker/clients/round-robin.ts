/** An item that waits for its turn. */
export interface Waiting {
  /** The party it belongs to: parties take turns, and so do the items of one party. */
  readonly party: string;
}

/** Decides who is next: each party in turn, however many items it has waiting. */
export class RoundRobin<Taker extends Waiting> {
  /** The waiting items, by party; both in the order of their turns. */
  readonly #parties = new Map<string, Set<Taker>>();

  get isEmpty(): boolean {
    return this.#parties.size === 0;
  }

  /** Puts it at the end of its party's queue, unless it is already in the queue. */
  add(taker: Taker): void {
    const line = this.#parties.get(taker.party);
    if (line) line.add(taker);
    else this.#parties.set(taker.party, new Set([taker]));
  }

  remove(taker: Taker): void {
    const line = this.#parties.get(taker.party);
    if (!line?.delete(taker)) return;
    if (line.size === 0) this.#parties.delete(taker.party);
  }

  /** Removes and returns the next one; undefined if nothing is waiting. */
  next(): Taker | undefined {
    for (const [party, line] of this.#parties) {
      this.#parties.delete(party);
      for (const taker of line) {
        line.delete(taker);
        if (line.size > 0) this.#parties.set(party, line);
        return taker;
      }
    }
    return undefined;
  }
}
