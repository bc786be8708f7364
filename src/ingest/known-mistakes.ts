import { putLast } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';
import type { RejectionReason } from './parse.ts';

/** A mistake that hasn't happened for this long is logged again, ms. */
const rememberedMs = 24 * 3_600_000;
/** Bounds what is remembered: anyone on the network can send from many addresses. */
const mostMistakes = 200;
/** Mistakes that are logged separately per hour; otherwise, forged senders would fill the log. */
const mostNews = 20;
const newsPeriodMs = 3_600_000;

type Mistake = RejectionReason | 'rows';

/** Remembers which mistakes of which senders have been logged with their cause. */
export class KnownMistakes {
  readonly #clock: Clock;
  /** When each last happened, on the monotonic clock; the most recent is last. */
  readonly #lastMs = new Map<string, number>();
  #news = 0;
  #newsSinceMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns whether the mistake should be logged now, and remembers it. */
  isNews(address: string, mistake: Mistake): boolean {
    if (this.isKnown(address, mistake)) {
      this.#remember(address, mistake);
      return false;
    }
    const now = this.#clock.monotonicMs();
    if (now - this.#newsSinceMs >= newsPeriodMs) {
      this.#newsSinceMs = now;
      this.#news = 0;
    }
    if (this.#news >= mostNews) return false;
    this.#news += 1;
    this.#remember(address, mistake);
    return true;
  }

  isKnown(address: string, mistake: Mistake): boolean {
    const lastMs = this.#lastMs.get(keyOf(address, mistake));
    return lastMs !== undefined && this.#clock.monotonicMs() - lastMs < rememberedMs;
  }

  #remember(address: string, mistake: Mistake): void {
    putLast(this.#lastMs, keyOf(address, mistake), this.#clock.monotonicMs(), mostMistakes);
  }
}

const keyOf = (address: string, mistake: Mistake): string => `${mistake} ${address}`;
