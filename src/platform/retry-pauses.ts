/** The pauses (ms) between tries: doubling, up to a longest one, spread so that many don't meet. */
export class RetryPauses {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #random: () => number;
  #nextMs: number;

  /** @param random 0 (inclusive) to 1 (exclusive), as `Math.random` gives */
  constructor(firstMs: number, longestMs: number, random: () => number) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#random = random;
    this.#nextMs = firstMs;
  }

  /** The next pause: between half and all of what its turn allows. */
  next(): number {
    const pause = this.#nextMs * (0.5 + this.#random() / 2);
    this.#nextMs = Math.min(this.#nextMs * 2, this.#longestMs);
    return pause;
  }

  /** Starts over, after a success. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
