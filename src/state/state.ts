import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { Clock } from '../clock.ts';
import type { PartHealth } from '../health/health.ts';
import type { RetryPauses } from '../retry-pauses.ts';
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

/** The state can't be opened, in words for a person. */
export class StateUnavailable extends Error {
  override readonly name = 'StateUnavailable';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
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
    throw explain(error, directory);
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
    const { message, remedy } = explain(error, directory);
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

function explain(error: unknown, directory: string): StateUnavailable {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : String(cause);
  const options = { cause: error };
  if (code === 'LEVEL_LOCKED') {
    return new StateUnavailable(
      `the state directory ${directory} is in use by another blinky`,
      'Stop the other one, or give this one a Butler.stateDirectory of its own',
      options,
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || /permission denied/i.test(message)) {
    return new StateUnavailable(
      `this user may not write to the state directory ${directory}`,
      'Give it to the user that runs blinky, or set Butler.stateDirectory to a directory of theirs',
      options,
    );
  }
  if (code === 'ENOSPC' || /no space left/i.test(message)) {
    return new StateUnavailable(
      `the disk of the state directory ${directory} is full`,
      'Make room on it; the appliance goes on by itself',
      options,
    );
  }
  if (code === 'EROFS' || /read-only file system/i.test(message)) {
    return new StateUnavailable(
      `the disk of the state directory ${directory} is read-only`,
      'Linux makes it so when the disk fails (`journalctl -k` says why): replace the card, or mount it to be written to',
      options,
    );
  }
  return new StateUnavailable(
    `the state directory ${directory} can't be used (${message})`,
    'Check that its disk is there and may be written to',
    options,
  );
}
