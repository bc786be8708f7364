/**
 * The pauses (ms) between attempts: doubling up to a maximum, with jitter so that many clients
 * don't retry at the same moment.
 */
export class RetryPauses {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #random: () => number;
  #nextMs: number;

  /** @param random 0 (inclusive) to 1 (exclusive), like `Math.random` */
  constructor(firstMs: number, longestMs: number, random: () => number) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#random = random;
    this.#nextMs = firstMs;
  }

  /** The next pause: between half and all of the current maximum. */
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
