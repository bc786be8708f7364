import type { Clock } from '../../platform/clock.ts';

/**
 * How long an item waits for others to share its write, ms. Nothing is waiting for the item itself.
 */
const groupMs = 10;
/**
 * The interval between two such writes, ms: each uses as much CPU as a dozen events, and wears the
 * card. A prime, so that writes don't keep coinciding with events that arrive regularly.
 */
const betweenWritesMs = 53;
/**
 * The same during a rush, when it matters: an event that arrives while the disk writes takes two to
 * three times as long to reach subscribers (measured at 500 events a second).
 */
const betweenWritesInRushMs = 211;
/** More items a second than the users of a Sense site cause. */
const rushPerSecond = 250;

/** Decides when the next write is due: soon after a quiet time, rarely in a rush. */
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

  /** A write of this many items has ended. */
  rest(items: number): void {
    const nowMs = this.#clock.monotonicMs();
    const perSecond = (items * 1000) / (nowMs - this.#endedAtMs);
    this.#restMs = perSecond > rushPerSecond ? betweenWritesInRushMs : betweenWritesMs;
    this.#endedAtMs = nowMs;
  }
}
