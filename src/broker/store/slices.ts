import type { Clock } from '../../platform/clock.ts';

/** How long one slice of a long task may take, ms. */
const msOfSlice = 1;

/** How many tasks may wait for their next slice before others should not start. */
const comfortable = 8;

/**
 * Divides long work into slices: in each iteration of the event loop, one task does a little of its
 * work, in the next another one.
 */
export class Slices {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #isScheduled = false;
  /** Counts the slices, and so identifies the current one. */
  #slice = 0;
  #endsAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether more work would not wait for long. */
  get hasRoom(): boolean {
    return this.#waiting.length < comfortable;
  }

  /** Resolves when the next slice starts, with its number. */
  async next(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#schedule();
    });
    return this.#slice;
  }

  /** Whether this slice is the current one, and has time left. */
  isOn(slice: number): boolean {
    return slice === this.#slice && this.#clock.monotonicMs() < this.#endsAtMs;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#begin);
  }

  readonly #begin = (): void => {
    this.#isScheduled = false;
    this.#slice += 1;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#endsAtMs = this.#clock.monotonicMs() + msOfSlice;
    next();
    // Also if nothing is waiting: this slice ends then.
    this.#schedule();
  };
}
