import type { Clock } from '../platform/clock.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';
import type { Database, DatabaseSource } from './namespace.ts';

/** There is no database at present, for a reason that the state reports. */
export class NoDatabase extends Error {
  constructor() {
    super("the state directory can't be used at present");
  }
}

/** @throws NoDatabase */
export function databaseOf({ database }: DatabaseSource): Database {
  if (!database) throw new NoDatabase();
  return database;
}

export interface WriteBehindOptions {
  /**
   * Writes at least everything that waits when it is called, after reading what it needs to know
   * for that. Rejects if the disk can't be written; everything then still waits.
   */
  readonly write: () => Promise<void>;
  /** Whether anything waits. */
  readonly hasWork: () => boolean;
  /** @param isAgain whether the previous attempt had failed */
  readonly onSuccess: (isAgain: boolean) => void;
  /** @param isFirst whether the previous attempt had succeeded */
  readonly onFailure: (error: unknown, isFirst: boolean) => void;
  /** Called after each attempt: the next one can be scheduled. */
  readonly onEnd: () => void;
  readonly clock: Clock;
  readonly retry: RetryPauses;
}

/**
 * Schedules when changes that wait in memory are written to disk: many in one write, one write at a
 * time. While the disk can't be written, they wait, and writing is retried with growing pauses.
 * What waits, and how much of it may wait, is up to the owner.
 */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  #writing: Promise<void> | undefined;
  #cancelNext: (() => void) | undefined;
  /** When the next write is scheduled, on the monotonic clock; excludes retries after a failure. */
  #dueMs = Number.POSITIVE_INFINITY;
  #diskFails = false;
  #closed = false;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  /** Whether the last attempt failed. */
  get diskFails(): boolean {
    return this.#diskFails;
  }

  /** Whether a write is running or scheduled, so that additions now need no write of their own. */
  get isPlanned(): boolean {
    return this.#writing !== undefined || this.#cancelNext !== undefined;
  }

  /** Makes sure that everything is written within this many ms; an earlier schedule stays. */
  writeWithin(ms: number): void {
    if (this.#writing || this.#diskFails || this.#closed) return;
    const { clock } = this.#options;
    const dueMs = clock.monotonicMs() + ms;
    if (dueMs >= this.#dueMs) return;
    this.#cancelNext?.();
    this.#dueMs = dueMs;
    this.#cancelNext = clock.schedule(ms, this.#begin);
  }

  /** Starts writing before this returns, unless a write is running or the disk fails. */
  writeAtOnce(): void {
    if (!this.#writing && !this.#diskFails && !this.#closed) this.#begin();
  }

  /** Tries to read and write now. Resolves when that has succeeded or failed. */
  async run(): Promise<void> {
    this.#writing ??= this.#run();
    await this.#writing;
  }

  /** Resolves when everything so far is on disk, or waits because the disk can't be written. */
  async written(): Promise<void> {
    // A running write may not include the last changes; the next one does, for all who wait.
    await this.#writing;
    if (this.#diskFails) return;
    if (this.#writing || this.#options.hasWork()) await this.run();
  }

  /** Resolves when nothing waits any longer, or only because the disk can't be written. */
  async drained(): Promise<void> {
    // Changes that arrive during the last write get another one.
    do await this.written();
    while (!this.#diskFails && this.#options.hasWork());
  }

  /** Stops all writes except explicitly requested ones. */
  close(): void {
    this.#closed = true;
    this.#cancelNext?.();
    this.#cancelNext = undefined;
  }

  readonly #begin = (): void => void this.run();

  async #run(): Promise<void> {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
    const { write, onSuccess, onFailure, onEnd, clock, retry } = this.#options;
    const hadFailed = this.#diskFails;
    try {
      await write();
      this.#diskFails = false;
      retry.reset();
      onSuccess(hadFailed);
    } catch (error) {
      this.#diskFails = true;
      onFailure(error, !hadFailed);
      if (!this.#closed) this.#cancelNext = clock.schedule(retry.next(), this.#begin);
    }
    this.#writing = undefined;
    onEnd();
  }
}
