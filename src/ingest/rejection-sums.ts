import type { Clock } from '../platform/clock.ts';
import type { RejectionReason } from './parse.ts';

/** How long after the first rejection a summary is logged, ms: soon at first, then less often. */
const pausesMs = [1000, 60_000, 3_600_000] as const;
const longestPauseMs = pausesMs[2];

/** Anyone can send from many addresses: beyond these, senders are counted together. */
const mostAddresses = 20;
/** Senders listed in one line. */
const mostNamed = 5;
const others = 'other senders';

type Counts = Map<RejectionReason, number>;

export interface RejectionSumsOptions {
  readonly clock: Clock;
  /** How long to wait before another line may be logged, ms. */
  readonly waitMs: () => number;
  readonly write: (line: string) => void;
}

/** Summarises rejections that aren't logged one by one: by sender and reason, at growing intervals. */
export class RejectionSums {
  readonly #options: RejectionSumsOptions;
  readonly #bySender = new Map<string, Counts>();
  #total = 0;
  #sinceMs = 0;
  #step = 0;
  #lastUrgentMs = Number.NEGATIVE_INFINITY;
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(options: RejectionSumsOptions) {
    this.#options = options;
  }

  /** @param canWait whether an hour is soon enough, because the cause has been logged already */
  add(address: string, reason: RejectionReason, canWait: boolean): void {
    const now = this.#options.clock.monotonicMs();
    if (this.#total === 0) this.#sinceMs = now;
    this.#total += 1;
    const counts = this.#countsOf(address);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    this.#schedule(now + (canWait ? longestPauseMs : this.#urgentPauseMs(now)));
  }

  /** Logs what is pending at once. */
  stop(): void {
    if (this.#total > 0) this.#sumUp();
  }

  #urgentPauseMs(now: number): number {
    if (now - this.#lastUrgentMs >= longestPauseMs) this.#step = 0;
    this.#lastUrgentMs = now;
    return pausesMs[this.#step] ?? longestPauseMs;
  }

  #countsOf(address: string): Counts {
    const known = this.#bySender.get(address);
    if (known) return known;
    const name = this.#bySender.size < mostAddresses ? address : others;
    const counts = this.#bySender.get(name) ?? new Map();
    this.#bySender.set(name, counts);
    return counts;
  }

  #schedule(dueMs: number): void {
    if (dueMs >= this.#dueMs) return;
    this.#cancel?.();
    this.#dueMs = dueMs;
    const { clock, waitMs } = this.#options;
    this.#cancel = clock.schedule(dueMs - clock.monotonicMs(), () => {
      const wait = waitMs();
      this.#dueMs = Number.POSITIVE_INFINITY;
      if (wait > 0) this.#schedule(clock.monotonicMs() + wait);
      else this.#sumUp();
    });
  }

  #sumUp(): void {
    const { clock, write } = this.#options;
    this.#cancel?.();
    this.#dueMs = Number.POSITIVE_INFINITY;
    const what = this.#total === 1 ? 'datagram' : 'datagrams';
    const period = inWords(clock.monotonicMs() - this.#sinceMs);
    write(`rejected ${this.#total} more ${what} in the last ${period}: ${this.#details()}`);
    this.#bySender.clear();
    this.#total = 0;
    this.#step = Math.min(this.#step + 1, pausesMs.length - 1);
  }

  /** `10.0.0.9: unknown-command 45, missing-user 3; other senders: empty 2` */
  #details(): string {
    const senders = [...this.#bySender].filter(([address]) => address !== others);
    senders.sort(([, one], [, other]) => sum(other) - sum(one));
    const rest: Counts = new Map(this.#bySender.get(others));
    for (const [, counts] of senders.slice(mostNamed)) {
      for (const [reason, count] of counts) rest.set(reason, (rest.get(reason) ?? 0) + count);
    }
    const named = senders.slice(0, mostNamed);
    if (rest.size > 0) named.push([others, rest]);
    return named.map(([name, counts]) => `${name}: ${list(counts)}`).join('; ');
  }
}

const sum = (counts: Counts): number => [...counts.values()].reduce((a, b) => a + b, 0);

function list(counts: Counts): string {
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([reason, count]) => `${reason} ${count}`).join(', ');
}

/** `second`, `12 seconds`, `hour`: `ms` rounded to the largest unit that fits. */
function inWords(ms: number): string {
  const units = [
    ['second', 1000],
    ['minute', 60_000],
    ['hour', 3_600_000],
  ] as const;
  const [unit, unitMs] = units.findLast(([, unitMs]) => ms >= unitMs) ?? units[0];
  const count = Math.max(1, Math.round(ms / unitMs));
  return count === 1 ? unit : `${count} ${unit}s`;
}
