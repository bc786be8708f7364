import { putLast } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';
import type { RejectionReason } from './parse.ts';

/** A mistake that has not been made for so long is news again, ms. */
const rememberedMs = 24 * 3_600_000;
/** Senders and their mistakes come from the network: so many are remembered. */
const mostMistakes = 200;
/** Of so many mistakes each has a line of its own within an hour; forged senders would fill the log. */
const mostNews = 20;
const newsPeriodMs = 3_600_000;

type Mistake = RejectionReason | 'rows';

/** Which mistakes of which senders have been logged with their cause. */
export class KnownMistakes {
  readonly #clock: Clock;
  /** When each was made last, on the monotonic clock; the latest is the last. */
  readonly #lastMs = new Map<string, number>();
  #news = 0;
  #newsSinceMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the mistake should be logged now; it is known from then on. */
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
