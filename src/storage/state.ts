import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { PartHealth } from '../health/health.ts';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { makeFolder } from '../platform/make-folder.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';
import { checkDatabase, checkDatabaseInUse } from './check-database.ts';
import { type FileProblem, logSizes } from './database-files.ts';
import { Losses } from './losses.ts';
import { databaseFolder, finishRepair, refuseIfInUse, repairDatabase } from './repair.ts';
import { setDatabaseAside, setNamespaceAside } from './set-aside-state.ts';
import type { StartGuard, Suspect } from './start-guard.ts';
import { isDamage, StateUnavailable, stateUnavailable } from './state-unavailable.ts';
import { watchReads } from './watch-reads.ts';
import { watchWrites } from './watch-writes.ts';

/**
 * The appliance's state on disk: an ordered key-value store (LevelDB), with a namespace for each
 * part.
 */
export type StateDatabase = ClassicLevel<string, string>;

/** How often the files are checked while the database is open, ms. */
const checkEveryMs = 60 * 60_000;
/** How often to check whether a loss is old enough to no longer be a fault, ms. */
const reportEveryMs = 10 * 60_000;
/** Damage again within this time makes the pauses before the next attempt grow, ms. */
const calmMs = 60_000;

/**
 * Where the state is kept: the configured directory, or the one from systemd (`StateDirectory=`,
 * systemd.exec(5)), or `./state`.
 */
export function stateDirectory(configured: string, systemdDirectory: string | undefined): string {
  // systemd separates several directories with colons; the unit asks for one.
  return configured || systemdDirectory?.split(':')[0] || './state';
}

/**
 * Opens the state in `directory`; creates it on first use.
 * @throws StateUnavailable if the disk is full or read-only, the directory belongs to another user,
 * or another process has it open
 */
export async function openState(directory: string): Promise<StateDatabase> {
  try {
    makeFolder(directory, 0o700);
    const folder = join(directory, databaseFolder);
    // Not left to LevelDB, whose `recursive` reports "no such file" on a read-only disk.
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
  readonly log?: Log;
  /** Says what to set aside after failed starts. */
  readonly guard?: StartGuard;
}

/**
 * Keeps the database open for the parts that share it, and retries while it can't be opened. Checks
 * it before each opening; damage is repaired, and losses are reported.
 */
export class State {
  /** Undefined while the state can't be opened; the parts that need it then work from memory. */
  database: StateDatabase | undefined;
  readonly #options: StateOptions;
  readonly #losses: Losses;
  /** The suspected cause of consecutive failed starts, until it has been set aside. */
  #suspect: Suspect | undefined;
  #begun = false;
  #firstOpening = true;
  /** Damage that LevelDB itself reported, although every checksum was correct. */
  #complaints: string[] = [];
  /** Whether it was damaged recently. */
  #wasDamaged = false;
  /**
   * Whether a write has failed (for example, on a full disk), which leaves the log incomplete;
   * finding that is then no news.
   */
  #logIsTorn = false;
  #cancelRetry: (() => void) | undefined;
  #cancelCheck: (() => void) | undefined;
  #cancelCalm: (() => void) | undefined;
  #cancelReport: (() => void) | undefined;
  #closed = false;

  constructor(options: StateOptions) {
    this.#options = options;
    this.#losses = new Losses(options.directory, options.clock);
  }

  /**
   * Resolves when the state is open, or when the first attempt has failed and others will follow.
   */
  async open(): Promise<void> {
    const { directory, clock, health, retry, guard } = this.#options;
    this.#begin();
    try {
      const database = await this.#openChecked();
      if (this.#closed) {
        await database.close();
        return;
      }
      this.database = database;
      guard?.opened();
      watchWrites(database, (error) => void this.#reopen(error));
      watchReads(database, (error) => void this.#reopen(error));
      this.#firstOpening = false;
      this.#logIsTorn = false;
      if (!this.#wasDamaged) retry.reset();
      this.#cancelCalm = clock.schedule(calmMs, () => {
        this.#wasDamaged = false;
        this.#complaints = [];
        retry.reset();
      });
      this.#checkLater(database);
      this.#report();
    } catch (error) {
      const { message, remedy } = stateUnavailable(error, directory);
      health.fault({ message, remedy, needsAttention: true });
      if (!this.#closed) this.#cancelRetry = clock.schedule(retry.next(), () => void this.open());
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#cancelReport?.();
    this.#stopWatching();
    const { guard, directory } = this.#options;
    if (!this.database) return;
    await this.database.close();
    this.database = undefined;
    guard?.stopped(logSizes(join(directory, databaseFolder)));
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { guard } = this.#options;
    this.#suspect = guard?.begin();
    this.#losses.load(guard?.stoppedInOrder ?? false);
  }

  /** Opens the database after checking it, and repairing it or setting it aside if necessary. */
  async #openChecked(): Promise<StateDatabase> {
    const { directory, log, guard } = this.#options;
    try {
      finishRepair(directory);
      if (this.#suspect === 'database') await this.#setDatabaseAside();
      const folder = join(directory, databaseFolder);
      const expected = this.#firstOpening ? guard?.expectedLogs : undefined;
      const { problems: all, cutBytes } = await checkDatabase(folder, expected);
      const problems = this.#logIsTorn ? all.filter(({ file }) => !file.endsWith('.log')) : all;
      if (cutBytes > 0) {
        log?.info(
          `the last write is incomplete, probably because of a power cut: ignored its ${cutBytes} bytes`,
        );
      }
      // LevelDB reported damage twice, though nothing seems damaged: only a new database helps
      // then.
      const [complaint, again] = this.#complaints;
      if (problems.length > 0) await this.#repair(problems);
      else if (complaint && again) await this.#repair([{ file: 'LevelDB', what: complaint }]);
      return await this.#setNamespaceAside(await this.#openOrRepair());
    } catch (error) {
      throw stateUnavailable(error, directory);
    }
  }

  async #openOrRepair(): Promise<StateDatabase> {
    const { directory } = this.#options;
    try {
      return await openState(directory);
    } catch (error) {
      if (!isDamage(error instanceof StateUnavailable ? error.cause : error)) throw error;
      const reason = messageOf(error);
      await this.#repair([{ file: databaseFolder, what: `can't be opened: ${reason}` }]);
      return openState(directory);
    }
  }

  async #repair(problems: readonly FileProblem[]): Promise<void> {
    const { directory, clock } = this.#options;
    await refuseIfInUse(directory);
    this.#losses.add(await repairDatabase(directory, problems, clock.now()));
    this.#complaints = [];
  }

  async #setDatabaseAside(): Promise<void> {
    const { directory, clock, guard } = this.#options;
    await refuseIfInUse(directory);
    const failures = guard?.failures ?? 0;
    const loss = await setDatabaseAside({ directory, failures, now: clock.now() });
    if (loss) this.#losses.add(loss);
    this.#suspect = undefined;
  }

  async #setNamespaceAside(database: StateDatabase): Promise<StateDatabase> {
    const { directory, clock, guard } = this.#options;
    const namespace = this.#suspect;
    if (namespace === undefined) return database;
    const failures = guard?.failures ?? 0;
    try {
      const asked = { directory, namespace, failures, now: clock.now() };
      const loss = await setNamespaceAside(database, asked);
      if (loss) this.#losses.add(loss);
      this.#suspect = undefined;
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** After a failure: nothing may write to this database until it has been reopened. */
  async #reopen(error: unknown): Promise<void> {
    const { directory, clock, health, retry } = this.#options;
    const torn = this.database;
    if (!torn) return;
    this.database = undefined;
    this.#stopWatching();
    const { message, remedy } = stateUnavailable(error, directory);
    if (isDamage(error)) {
      this.#wasDamaged = true;
      this.#complaints.push(message);
    } else this.#logIsTorn = true;
    health.fault({ message, remedy, needsAttention: true });
    await torn.close();
    if (!this.#closed) this.#cancelRetry = clock.schedule(retry.next(), () => void this.open());
  }

  #stopWatching(): void {
    this.#cancelCheck?.();
    this.#cancelCalm?.();
  }

  /** Tables never change once they are written, so damage in them is caused by the card. */
  #checkLater(database: StateDatabase): void {
    const { clock, directory } = this.#options;
    this.#cancelCheck = clock.schedule(checkEveryMs, () => {
      void checkDatabaseInUse(join(directory, databaseFolder))
        .then(({ problems: [problem] }) => {
          if (this.database !== database) return;
          if (problem) void this.#reopen(new Error(`Corruption: ${problem.file} ${problem.what}`));
          else this.#checkLater(database);
        })
        // For example, too many open files: the next check will do.
        .catch(() => this.#checkLater(database));
    });
  }

  /** Reports losses while they are recent. */
  #report(): void {
    const { directory, clock, health } = this.#options;
    if (!this.database) return;
    const fault = this.#losses.fault();
    if (!fault) {
      health.ok(`kept in ${directory}${this.#losses.mention()}`);
      return;
    }
    health.fault(fault);
    this.#cancelReport?.();
    this.#cancelReport = clock.schedule(reportEveryMs, () => this.#report());
  }
}
