import type { EventKind } from '../events/kinds.ts';
import type { Clock } from '../platform/clock.ts';
import { shortMessageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type DayOfEvents, History } from './history.ts';

/** Where event counts are kept across restarts: one short text an hour. */
export interface HistoryStore {
  /** What is saved; undefined while it can't be read. */
  entries(): Promise<readonly (readonly [key: string, value: string])[] | undefined>;
  /** Writes all of it or nothing; `undefined` deletes. */
  write(changes: readonly (readonly [key: string, value: string | undefined])[]): Promise<void>;
}

/** An SD card wears with every write. */
const saveEveryMs = 60_000;

export interface HistoryKeeperOptions {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps the event counts of the last day across restarts. */
export class HistoryKeeper {
  readonly #options: HistoryKeeperOptions;
  readonly #history = new History();
  readonly #changed = new Set<number>();
  #loaded = false;
  #cancelSave: (() => void) | undefined;
  #stopped = false;

  constructor(options: HistoryKeeperOptions) {
    this.#options = options;
  }

  /** Reads the saved counts, and adds them to those counted since the start. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    const { store, log } = this.#options;
    try {
      const entries = await store.entries();
      if (!entries) return;
      this.#loaded = true;
      for (const [key, value] of entries) this.#history.restore(Number(key), value);
    } catch (error) {
      log.warn(`some event counts of the last day are lost: ${shortMessageOf(error)}`);
    }
  }

  add(kind: EventKind, timeMs: number): void {
    this.#changed.add(this.#history.add(kind, timeMs));
    if (this.#stopped) return;
    this.#cancelSave ??= this.#options.clock.schedule(saveEveryMs, () => {
      this.#cancelSave = undefined;
      void this.#save();
    });
  }

  lastDay(): DayOfEvents {
    return this.#history.lastDay(this.#options.clock.now().getTime());
  }

  /** Saves what has not been saved yet. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelSave?.();
    await this.#save();
  }

  async #save(): Promise<void> {
    // What could not be read must not be overwritten.
    await this.load();
    if (this.#changed.size === 0 || !this.#loaded) return;
    const { store, clock, log } = this.#options;
    const deleted = this.#history.deleteSurplus(clock.now().getTime());
    const hours = new Set([...this.#changed, ...deleted]);
    this.#changed.clear();
    try {
      await store.write([...hours].map((hour) => [String(hour), this.#history.save(hour)]));
    } catch (error) {
      log.warn(
        `could not save the latest event counts; trying again with the next event: ${shortMessageOf(error)}`,
      );
      // They are saved with those of the next event.
      for (const hour of hours) this.#changed.add(hour);
    }
  }
}
