import type { EventKind } from '../events/kinds.ts';
import type { Clock } from '../platform/clock.ts';
import { shortMessageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type DayOfEvents, History } from './history.ts';

/** Where the figures are kept over a restart: one short text an hour. */
export interface HistoryStore {
  /** What is kept; undefined while that can't be read. */
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

/** Keeps the figures of the last day over a restart. */
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

  /** Reads what was kept, and adds it to what was counted meanwhile. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    const { store, log } = this.#options;
    try {
      const entries = await store.entries();
      if (!entries) return;
      this.#loaded = true;
      for (const [key, value] of entries) this.#history.restore(Number(key), value);
    } catch (error) {
      log.warn(`some of the last day's figures are lost: ${shortMessageOf(error)}`);
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

  /** Saves what is not yet saved. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelSave?.();
    await this.#save();
  }

  async #save(): Promise<void> {
    // What could not be read must not be written over.
    await this.load();
    if (this.#changed.size === 0 || !this.#loaded) return;
    const { store, clock, log } = this.#options;
    const forgotten = this.#history.forget(clock.now().getTime());
    const hours = new Set([...this.#changed, ...forgotten]);
    this.#changed.clear();
    try {
      await store.write([...hours].map((hour) => [String(hour), this.#history.save(hour)]));
    } catch (error) {
      log.warn(`the figures of the last minutes could not be saved: ${shortMessageOf(error)}`);
      // They go with those of the next event.
      for (const hour of hours) this.#changed.add(hour);
    }
  }
}
