export interface FairQueuesOptions {
  /** How many may wait in all queues together. */
  readonly most: number;
  /** How many may wait in one queue. */
  readonly mostInOne: number;
}

/** One queue for each party. The queues take turns, so a long one doesn't delay the others. */
export class FairQueues<Item> {
  readonly #options: FairQueuesOptions;
  /** The first queue has the next turn. */
  readonly #queues = new Map<string, Item[]>();
  #size = 0;

  constructor(options: FairQueuesOptions) {
    this.#options = options;
  }

  /**
   * Puts an item at the end of the party's queue.
   * @returns the item that loses its place: the last of the longest queue, or the item itself
   */
  add(party: string, item: Item): Item | undefined {
    const queue = this.#queues.get(party) ?? [];
    if (queue.length >= this.#options.mostInOne) return item;
    let displaced: Item | undefined;
    if (this.#size >= this.#options.most) {
      const [longestParty, longest] = this.#longest;
      if (longest.length <= queue.length + 1) return item;
      displaced = longest.at(-1);
      if (displaced !== undefined) this.remove(longestParty, displaced);
    }
    queue.push(item);
    this.#queues.set(party, queue);
    this.#size += 1;
    return displaced;
  }

  /** Takes the first item of the next queue whose party is ready. */
  next(isReady: (party: string) => boolean): Item | undefined {
    for (const [party, queue] of this.#queues) {
      const [item] = queue;
      if (item === undefined || !isReady(party)) continue;
      this.remove(party, item);
      if (this.#queues.delete(party)) this.#queues.set(party, queue);
      return item;
    }
    return undefined;
  }

  /** Removes an item; does nothing if it isn't there. */
  remove(party: string, item: Item): void {
    const queue = this.#queues.get(party);
    const index = queue?.indexOf(item) ?? -1;
    if (!queue || index < 0) return;
    queue.splice(index, 1);
    this.#size -= 1;
    if (queue.length === 0) this.#queues.delete(party);
  }

  get #longest(): readonly [string, readonly Item[]] {
    let longest: readonly [string, readonly Item[]] = ['', []];
    for (const entry of this.#queues) if (entry[1].length > longest[1].length) longest = entry;
    return longest;
  }
}
