import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';

export interface RefusalPeriodOptions {
  /** The line logged when refusals start; `who` was refused first. */
  readonly began: (who: string) => string;
  /** The line logged when they have stopped. */
  readonly ended: (count: number) => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** They have stopped when nothing was refused for this long, ms. */
const quietMs = 60_000;

/** Logs refusals once when they start, and once with their number when they stop. */
export class RefusalPeriod {
  readonly #options: RefusalPeriodOptions;
  #count = 0;
  #lastAtMs = 0;
  #cancel: (() => void) | undefined;

  constructor(options: RefusalPeriodOptions) {
    this.#options = options;
  }

  /** Counts a refusal. */
  refused(who: string): void {
    const { began, clock, log } = this.#options;
    this.#count += 1;
    this.#lastAtMs = clock.monotonicMs();
    if (this.#cancel) return;
    log.warn(began(who));
    this.#lookIn(quietMs);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  // One timer for the whole period: a flood must not create one for each refusal.
  #lookIn(ms: number): void {
    const { clock, log, ended } = this.#options;
    this.#cancel = clock.schedule(ms, () => {
      const restMs = this.#lastAtMs + quietMs - clock.monotonicMs();
      if (restMs > 0) {
        this.#lookIn(restMs);
        return;
      }
      log.info(ended(this.#count));
      this.#cancel = undefined;
      this.#count = 0;
    });
  }
}
