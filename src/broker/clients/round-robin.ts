/** Somebody who waits for something. */
export interface Waiting {
  /** Whom it belongs to: parties take turns, and so do those of one party among themselves. */
  readonly party: string;
}

/** Who comes next: each party in turn, whatever number of its own it has in the line. */
export class RoundRobin<Taker extends Waiting> {
  /** Those who wait, by party; both in the order in which they come next. */
  readonly #parties = new Map<string, Set<Taker>>();

  get isEmpty(): boolean {
    return this.#parties.size === 0;
  }

  /** Puts it at the end of its party's line, unless it is in the line already. */
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

  /** Takes out the one that comes next; undefined when nobody waits. */
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
