export interface FairLinesOptions {
  /** How many may wait in all lines together. */
  readonly most: number;
  /** How many may wait in one line. */
  readonly mostInOne: number;
}

/** One line for each party; the lines take turns, so a long one delays no other. */
export class FairLines<Item> {
  readonly #options: FairLinesOptions;
  /** The line whose turn comes first is the first. */
  readonly #lines = new Map<string, Item[]>();
  #size = 0;

  constructor(options: FairLinesOptions) {
    this.#options = options;
  }

  /**
   * Puts an item at the end of the party's line.
   * @returns who can't wait any longer because of it: the last in the longest line, or the item itself
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

  /** Takes out the first of the next line among those that are ready. */
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

  /** Takes out an item; nothing happens when it is not there. */
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
