export interface FairLinesOptions {
  /** How many may wait in all queues together. */
  readonly most: number;
  /** How many may wait in one queue. */
  readonly mostInOne: number;
}

/** One queue for each party. The queues take turns, so a long one doesn't delay the others. */
export class FairLines<Item> {
  readonly #options: FairLinesOptions;
  /** The first queue has the next turn. */
  readonly #lines = new Map<string, Item[]>();
  #size = 0;

  constructor(options: FairLinesOptions) {
    this.#options = options;
  }

  /**
   * Puts an item at the end of the party's queue.
   * @returns the item that loses its place: the last of the longest queue, or the item itself
   */
  add(party: string, item: Item): Item | undefined {
    const line = this.#lines.get(party) ?? [];
    if (line.length >= this.#options.mostInOne) return item;
    let displaced: Item | undefined;
    if (this.#size >= this.#options.most) {
      const [longestParty, longest] = this.#longest;
      if (longest.length <= line.length + 1) return item;
      displaced = longest.at(-1);
      if (displaced !== undefined) this.remove(longestParty, displaced);
    }
    line.push(item);
    this.#lines.set(party, line);
    this.#size += 1;
    return displaced;
  }

  /** Takes the first item of the next queue whose party is ready. */
  next(isReady: (party: string) => boolean): Item | undefined {
    for (const [party, line] of this.#lines) {
      const [item] = line;
      if (item === undefined || !isReady(party)) continue;
      this.remove(party, item);
      if (this.#lines.delete(party)) this.#lines.set(party, line);
      return item;
    }
    return undefined;
  }

  /** Removes an item; does nothing if it isn't there. */
  remove(party: string, item: Item): void {
    const line = this.#lines.get(party);
    const index = line?.indexOf(item) ?? -1;
    if (!line || index < 0) return;
    line.splice(index, 1);
    this.#size -= 1;
    if (line.length === 0) this.#lines.delete(party);
  }

  get #longest(): readonly [string, readonly Item[]] {
    let longest: readonly [string, readonly Item[]] = ['', []];
    for (const entry of this.#lines) if (entry[1].length > longest[1].length) longest = entry;
    return longest;
  }
}
