import type { Clock } from '../platform/clock.ts';
import type { PartHealth } from './health.ts';
import type { Metric } from './metrics.ts';

/** A limit is reported as reached until nothing has exceeded it for this long, ms. */
const quietMs = 60_000;

/** Start at zero, so that the first time shows as a change. */
const commonLimits = ['backlog', 'clients', 'queues', 'sessions', 'subscriptions'];

/** The description of a limit. */
export interface LimitNotice {
  /** What is refused or dropped, and for whom. Without numbers that grow: each text is logged once. */
  readonly message: string;
  readonly remedy: string;
}

interface Reached {
  readonly notice: LimitNotice;
  count: number;
  lastAtMs: number;
}

export interface LimitWatchOptions {
  readonly clock: Clock;
  readonly health: PartHealth;
}

/**
 * Reports limits that were reached: once when it starts, and once when it is over, with how often it
 * happened. A limit that is hit a thousand times a second costs only a counter.
 */
export class LimitWatch {
  readonly #options: LimitWatchOptions;
  readonly #reached = new Map<string, Reached>();
  /** Since the start, by the limit's name. */
  readonly #exceeded = new Map(commonLimits.map((name) => [name, 0]));
  /** Since the first limit was reached. */
  #count = 0;
  #cancel: (() => void) | undefined;

  constructor(options: LimitWatchOptions) {
    this.#options = options;
  }

  get metrics(): readonly Metric[] {
    return [
      {
        type: 'counter',
        name: 'blinky_limit_exceeded_total',
        help: 'How often something was refused or dropped because a limit was reached',
        label: 'limit',
        readEach: () => this.#exceeded,
      },
    ];
  }

  /** Reports that no limit has been reached. */
  start(): void {
    this.#options.health.ok('within limits');
  }

  /**
   * Something was refused or dropped at the limit called `name`, a label of the metric.
   * @param describe called for the first of many
   */
  exceeded(name: string, describe: () => LimitNotice): void {
    const lastAtMs = this.#options.clock.monotonicMs();
    const known = this.#reached.get(name);
    this.#count += 1;
    this.#exceeded.set(name, (this.#exceeded.get(name) ?? 0) + 1);
    if (known) {
      known.count += 1;
      known.lastAtMs = lastAtMs;
      return;
    }
    this.#reached.set(name, { notice: describe(), count: 1, lastAtMs });
    this.#report();
    this.#cancel ??= this.#options.clock.schedule(quietMs, () => this.#check());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #check(): void {
    const { clock } = this.#options;
    const now = clock.monotonicMs();
    this.#cancel = undefined;
    const before = this.#reached.size;
    for (const [name, { lastAtMs }] of this.#reached) {
      if (now - lastAtMs >= quietMs) this.#reached.delete(name);
    }
    if (this.#reached.size !== before) this.#report();
    if (this.#reached.size > 0) this.#cancel = clock.schedule(quietMs, () => this.#check());
  }

  #report(): void {
    const { health } = this.#options;
    const notices = [...this.#reached.values()].map(({ notice }) => notice);
    if (notices.length === 0) {
      health.ok(`within limits; refused or dropped meanwhile: ${this.#count}`);
      this.#count = 0;
      return;
    }
    health.fault({
      message: notices.map(({ message }) => message).join('; '),
      remedy: notices.map(({ remedy }) => remedy).join('. '),
      needsAttention: false,
    });
  }
}
