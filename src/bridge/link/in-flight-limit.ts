/** Lets so many pieces of work be under way at a time; the others wait for their turn, in order. */
export class InFlightLimit {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async run(work: () => Promise<void>): Promise<void> {
    if (this.#underWay >= this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#underWay += 1;
    try {
      await work();
    } finally {
      const next = this.#waiting.shift();
      // The next one takes over this place.
      if (next) next();
      else this.#underWay -= 1;
    }
  }
}
