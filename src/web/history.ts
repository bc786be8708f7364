import { z } from 'zod';
import { byKind, type EventKind, eventKinds } from '../events/kinds.ts';

const minuteMs = 60_000;
const minutesPerBlock = 60;
/** How much `lastDay` returns, in minutes. */
export const historyMinutes = 24 * 60;
/** More than a day's blocks exist only if the clock jumped; then the farthest are dropped. */
const mostBlocks = 48;

/** Events per minute of one hour, by kind. */
type Block = Record<EventKind, number[]>;

const minuteCounts = z.array(z.int().min(0)).length(minutesPerBlock);
/** A kind that a later version adds is missing in what an earlier one saved. */
const savedBlock = z.object(byKind(() => minuteCounts.optional()));

/** Events per minute over the last day; the last count is that of the current minute. */
export interface DayOfEvents {
  /** ISO 8601: when the first minute began. */
  readonly since: string;
  readonly counts: Readonly<Record<EventKind, readonly number[]>>;
}

/** How many events of each kind there were in each minute. Counts only, no names. */
export class History {
  readonly #blocks = new Map<number, Block>();

  /** Counts one event and returns the number of the hour whose block changed. */
  add(kind: EventKind, timeMs: number): number {
    const minute = Math.floor(timeMs / minuteMs);
    const hour = Math.floor(minute / minutesPerBlock);
    const counts = this.#block(hour)[kind];
    const index = minute - hour * minutesPerBlock;
    counts[index] = (counts[index] ?? 0) + 1;
    return hour;
  }

  /** The counts of the day that ends with the minute of `nowMs` (ms since 1970). */
  lastDay(nowMs: number): DayOfEvents {
    const first = Math.floor(nowMs / minuteMs) - historyMinutes + 1;
    const countsOf = (kind: EventKind) =>
      Array.from({ length: historyMinutes }, (_, index) => this.#count(kind, first + index));
    return {
      since: new Date(first * minuteMs).toISOString(),
      counts: byKind(countsOf),
    };
  }

  /** One hour's counts as they are saved; undefined when there are none. */
  save(hour: number): string | undefined {
    const block = this.#blocks.get(hour);
    return block && JSON.stringify(block);
  }

  /** Adds one hour's counts, as `save` returned them, to those counted since. Throws if they are damaged. */
  restore(hour: number, saved: string): void {
    const counts = savedBlock.parse(JSON.parse(saved));
    const block = this.#block(hour);
    for (const kind of eventKinds) {
      for (const [index, count] of counts[kind]?.entries() ?? []) {
        block[kind][index] = (block[kind][index] ?? 0) + count;
      }
    }
  }

  /** Deletes the hours beyond the limit, those farthest from now first, and returns them. */
  deleteSurplus(nowMs: number): number[] {
    const now = nowMs / minuteMs / minutesPerBlock;
    const farthestFirst = [...this.#blocks.keys()].sort(
      (a, b) => Math.abs(b - now) - Math.abs(a - now),
    );
    const surplus = farthestFirst.slice(0, Math.max(0, farthestFirst.length - mostBlocks));
    for (const hour of surplus) this.#blocks.delete(hour);
    return surplus;
  }

  #count(kind: EventKind, minute: number): number {
    const hour = Math.floor(minute / minutesPerBlock);
    return this.#blocks.get(hour)?.[kind][minute - hour * minutesPerBlock] ?? 0;
  }

  #block(hour: number): Block {
    const known = this.#blocks.get(hour);
    if (known) return known;
    const block: Block = byKind(() => new Array<number>(minutesPerBlock).fill(0));
    this.#blocks.set(hour, block);
    return block;
  }
}
