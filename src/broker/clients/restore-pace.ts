import { RateLimit } from '../../access/rate-limit.ts';
import type { Clock } from '../../platform/clock.ts';
import { RoundRobin, type Waiting } from './round-robin.ts';

/** A session with no more subscriptions goes on at once. */
const fewSubscriptions = 100;
/** So many seconds' worth may go on at once. */
const burstSeconds = 0.5;

interface Taker extends Waiting {
  readonly subscriptions: number;
  readonly isGone: () => boolean;
  readonly resolve: () => void;
}

export interface RestorePaceOptions {
  /** Subscriptions a second of all clients together that go on with their sessions. */
  readonly subscriptionsPerSecond: number;
  readonly clock: Clock;
}

/**
 * When a session goes on, the broker takes all its subscriptions up again at once. A client that
 * connects again and again with thousands of them waits before it is let in, and keeps nobody but
 * others like it waiting; networks take turns.
 */
export class RestorePace {
  readonly #clock: Clock;
  readonly #rate: RateLimit;
  readonly #line = new RoundRobin<Taker>();
  #cancelWait: (() => void) | undefined;

  constructor({ subscriptionsPerSecond, clock }: RestorePaceOptions) {
    this.#clock = clock;
    this.#rate = new RateLimit(
      { burst: subscriptionsPerSecond * burstSeconds, everyMs: 1000 / subscriptionsPerSecond },
      clock,
    );
  }

  /** Resolves when a session with so many subscriptions may go on. */
  async turn(party: string, subscriptions: number, isGone: () => boolean): Promise<void> {
    if (subscriptions <= fewSubscriptions) return;
    await new Promise<void>((resolve) => {
      this.#line.add({ party, subscriptions, isGone, resolve });
      this.#work();
    });
  }

  stop(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  #work(): void {
    while (!this.#cancelWait) {
      const next = this.#line.next();
      if (!next) return;
      next.resolve();
      const waitMs = next.isGone() ? 0 : this.#rate.takeInAdvance(next.subscriptions);
      if (waitMs === 0) continue;
      this.#cancelWait = this.#clock.schedule(waitMs, () => {
        this.#cancelWait = undefined;
        this.#work();
      });
    }
  }
}
