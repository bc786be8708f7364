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
   * Writes at least everything that waits when it is called, after reading what must be known for it.
   * Rejects when the disk can't be written; what waited then still waits.
   */
  readonly write: () => Promise<void>;
  /** Whether anything waits. */
  readonly hasWork: () => boolean;
  /** @param isAgain whether the last try had failed */
  readonly onSuccess: (isAgain: boolean) => void;
  /** @param isFirst whether the last try had not failed */
  readonly onFailure: (error: unknown, isFirst: boolean) => void;
  /** Called after each try: the next one can be planned. */
  readonly onEnd: () => void;
  readonly clock: Clock;
  readonly retry: RetryPauses;
}

/**
 * When changes that wait in memory are written to disk: many in one write, one write at a time. While
 * the disk can't be written, they wait, and it is tried again with growing pauses. What waits, and
 * how much of it may, is the owner's matter.
 */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  #writing: Promise<void> | undefined;
  #cancelNext: (() => void) | undefined;
  /** When the next write is planned, on the monotonic clock; not a try after a failure. */
  #dueMs = Number.POSITIVE_INFINITY;
  #diskFails = false;
  #closed = false;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  /** Whether the last try failed. */
  get diskFails(): boolean {
    return this.#diskFails;
  }

  /** Whether a write is under way or to come, so that what is added now needs none of its own. */
  get isPlanned(): boolean {
    return this.#writing !== undefined || this.#cancelNext !== undefined;
  }

  /** Has everything written within so many ms; what is planned sooner stays. */
  writeWithin(ms: number): void {
    if (this.#writing || this.#diskFails || this.#closed) return;
    const { clock } = this.#options;
    const dueMs = clock.monotonicMs() + ms;
    if (dueMs >= this.#dueMs) return;
    this.#cancelNext?.();
    this.#dueMs = dueMs;
    this.#cancelNext = clock.schedule(ms, this.#begin);
  }

  /** Begins to write before this returns, unless it does already or the disk fails. */
  writeAtOnce(): void {
    if (!this.#writing && !this.#diskFails && !this.#closed) this.#begin();
  }

  /** Tries to read and write now. Resolves when that is done, or has failed. */
  async run(): Promise<void> {
    this.#writing ??= this.#run();
    await this.#writing;
  }

  /** Resolves when everything so far is on disk, or waits for a disk that can't be written. */
  async written(): Promise<void> {
    // A write under way may not have the last changes; the next one has, for all who wait.
    await this.#writing;
    if (this.#diskFails) return;
    if (this.#writing || this.#options.hasWork()) await this.run();
  }

  /** Resolves when nothing waits any longer, or what waits does so for a disk that can't be written. */
  async drained(): Promise<void> {
    // What comes during the last write has one of its own.
    do await this.written();
    while (!this.#diskFails && this.#options.hasWork());
  }

  /** No further writes but those that are asked for. */
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
