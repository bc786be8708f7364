import { type Clock, systemClock } from '../../src/platform/clock.ts';

interface Waiting {
  readonly atMs: number;
  readonly task: () => void;
  readonly cancel: () => void;
}

/** The machine's clock, which a test can let jump ahead. */
export class TickingClock implements Clock {
  #aheadMs = 0;
  readonly #waiting = new Set<Waiting>();

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#aheadMs;
  }

  now(): Date {
    return new Date(systemClock.now().getTime() + this.#aheadMs);
  }

  schedule(delayMs: number, task: () => void): () => void {
    const run = () => {
      this.#waiting.delete(waiting);
      task();
    };
    const waiting = {
      atMs: this.monotonicMs() + delayMs,
      task: run,
      cancel: systemClock.schedule(delayMs, run),
    };
    this.#waiting.add(waiting);
    return () => {
      waiting.cancel();
      this.#waiting.delete(waiting);
    };
  }

  /** Lets `ms` pass at once; what is due by then runs now. */
  jump(ms: number): void {
    this.#aheadMs += ms;
    for (const waiting of [...this.#waiting]) {
      if (waiting.atMs > this.monotonicMs()) continue;
      waiting.cancel();
      waiting.task();
    }
  }
}
