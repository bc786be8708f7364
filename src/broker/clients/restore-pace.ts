import { RateLimit } from '../../access/rate-limit.ts';
import type { Clock } from '../../platform/clock.ts';
import { RoundRobin, type Waiting } from './round-robin.ts';

/** A session with at most this many subscriptions resumes at once. */
const fewSubscriptions = 100;
/** This many seconds' worth may resume at once. */
const burstSeconds = 0.5;

interface Taker extends Waiting {
  readonly subscriptions: number;
  readonly isGone: () => boolean;
  readonly resolve: () => void;
}

export interface RestorePaceOptions {
  /** Subscriptions per second, of all clients together, that are restored with their sessions. */
  readonly subscriptionsPerSecond: number;
  readonly clock: Clock;
}

/**
 * When a session resumes, the broker restores all its subscriptions at once. A client that
 * reconnects again and again with thousands of them waits before it is let in, and delays only
 * others like it; networks take turns.
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

  /** Resolves when a session with this many subscriptions may resume. */
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
