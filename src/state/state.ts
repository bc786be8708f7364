import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { Clock } from '../clock.ts';
import type { PartHealth } from '../health/health.ts';
import type { RetryPauses } from '../retry-pauses.ts';
import { StateUnavailable, stateUnavailable } from './state-unavailable.ts';
import { watchWrites } from './watch-writes.ts';

/** The appliance's memory on disk: an ordered key-value store (LevelDB), one room per part. */
export type StateDatabase = ClassicLevel<string, string>;

/**
 * Where the state lives: what the configuration says, else what systemd gives
 * (`StateDirectory=`, systemd.exec(5)), else `./state`.
 */
export function stateDirectory(configured: string, systemdDirectory: string | undefined): string {
  // systemd separates several directories by colons; the unit asks for one.
  return configured || systemdDirectory?.split(':')[0] || './state';
}

/**
 * Opens the state below `directory`, and makes it on first use.
 * @throws StateUnavailable when the disk is full or read-only, the directory belongs to somebody
 *   else, or another appliance has it open
 */
export async function openState(directory: string): Promise<StateDatabase> {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const folder = join(directory, 'db');
    // Not left to LevelDB, whose `recursive` says "no such file" of a disk that is read-only.
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    const database: StateDatabase = new ClassicLevel(folder);
    await database.open();
    return database;
  } catch (error) {
    throw stateUnavailable(error, directory);
  }
}

export interface StateOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Keeps the database open for the parts that share it, and tries again while it can't be. */
export class State {
  /** Undefined while the state can't be opened; what needs it then works from memory. */
  database: StateDatabase | undefined;
  readonly #options: StateOptions;
  #cancelRetry: (() => void) | undefined;
  #closed = false;

  constructor(options: StateOptions) {
    this.#options = options;
  }

  /** Resolves when the state is open, or when the first try has failed and others will follow. */
  async open(): Promise<void> {
    const { directory, clock, health, retry } = this.#options;
    try {
      const database = await openState(directory);
      if (this.#closed) {
        await database.close();
        return;
      }
      this.database = database;
      watchWrites(database, (error) => void this.#reopen(error));
      retry.reset();
      health.ok(`kept in ${directory}`);
    } catch (error) {
      if (!(error instanceof StateUnavailable)) throw error;
      health.fault({ message: error.message, remedy: error.remedy, needsPerson: true });
      this.#cancelRetry = clock.schedule(retry.next(), () => void this.open());
    }
  }

  /** After a failed write: nobody may write to this database again before it was opened anew. */
  async #reopen(error: unknown): Promise<void> {
    const { directory, clock, health, retry } = this.#options;
    const { message, remedy } = stateUnavailable(error, directory);
    health.fault({ message, remedy, needsPerson: true });
    const torn = this.database;
    this.database = undefined;
    await torn?.close();
    if (!this.#closed) this.#cancelRetry = clock.schedule(retry.next(), () => void this.open());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    await this.database?.close();
    this.database = undefined;
  }
}
