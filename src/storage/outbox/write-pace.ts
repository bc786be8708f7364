import type { Clock } from '../../platform/clock.ts';

/** How long an item waits for others to share its write with, ms. Nobody waits for it. */
const groupMs = 10;
/**
 * Between two such writes, ms: each costs the processor as much as a dozen events, and wears the
 * card. A prime, so that they do not fall in step with events that come regularly and keep them
 * waiting.
 */
const betweenWritesMs = 53;
/**
 * The same in a rush, where it counts: an event that comes while the disk writes is two to three
 * times as long on its way to subscribers (measured at 500 a second).
 */
const betweenWritesInRushMs = 211;
/** A rush is what no Sense site's people do by themselves: more than so many items a second. */
const rushPerSecond = 250;

/** When the next write is due: soon after a rest, seldom in a rush. */
export class WritePace {
  readonly #clock: Clock;
  #endedAtMs = Number.NEGATIVE_INFINITY;
  #restMs = betweenWritesMs;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long to wait for the next write, ms. */
  get dueInMs(): number {
    return Math.max(groupMs, this.#endedAtMs + this.#restMs - this.#clock.monotonicMs());
  }

  /** A write has ended, of so many items. */
  rest(items: number): void {
    const nowMs = this.#clock.monotonicMs();
    const perSecond = (items * 1000) / (nowMs - this.#endedAtMs);
    this.#restMs = perSecond > rushPerSecond ? betweenWritesInRushMs : betweenWritesMs;
    this.#endedAtMs = nowMs;
  }
}
