import type { Clock } from '../platform/clock.ts';
import { shortMessageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { ActiveUsers } from './active-users.ts';
import {
  formerKey,
  hostsKey,
  isUserKey,
  keyOfStored,
  readFormerUsers,
  readSharedHosts,
  readUser,
  type StoredUser,
  storedKeyOf,
  writeUser,
} from './stored-users.ts';
import type { UserSession } from './user-sessions.ts';

/** Where the users are kept over a restart. */
export interface ActiveUsersStore {
  /** Whether it can be written at present. */
  readonly isThere: boolean;
  /** Everything that is stored; undefined where that can't be read. */
  entries(): Promise<[key: string, value: string][] | undefined>;
  /** Makes all changes or none; a value that is undefined takes the key out. */
  write(changes: readonly (readonly [key: string, value: string | undefined])[]): Promise<void>;
}

/**
 * A change is saved after `quickMs` while little is written, else once each `paceMs`: an SD card wears
 * with every write.
 */
const quickMs = 5000;
const paceMs = 60_000;
const quickBytes = 32_768;
const quickBytesPerHour = 131_072;
/** What LevelDB adds to each key and value, bytes; about. */
const bytesOfEntry = 20;
/** Users written in one save; a crowd of invented ones waits for the next. */
const mostPerSave = 1000;
/** How often everything is written again, ms: to update times, and in case the database was replaced. */
const refreshMs = 60 * 60 * 1000;

export interface KeptUsersOptions {
  /** Undefined while there is no state directory: active users are then lost at a restart. */
  readonly store: ActiveUsersStore | undefined;
  readonly users: ActiveUsers;
  readonly timeIsKnown: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps the active users on disk: each under a key of their own, so that only changes are written. */
export class KeptUsers {
  readonly #options: KeptUsersOptions;
  readonly #unsaved = new Set<string>();
  /** Users that may be on disk: only these have to be erased there. */
  readonly #onDisk = new Set<string>();
  #hasFormerFormat = false;
  #hostsOnDisk = '[]';
  #loadedAtMs = 0;
  #timeWasKnown = true;
  #quickBytesLeft = quickBytes;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  #refreshedAtMs = 0;
  #failing = false;
  #cancelSave: (() => void) | undefined;

  constructor(options: KeptUsersOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const { store, log, clock, users, timeIsKnown } = this.#options;
    this.#loadedAtMs = clock.monotonicMs();
    this.#refreshedAtMs = this.#loadedAtMs;
    this.#timeWasKnown = timeIsKnown();
    const entries = await store?.entries().catch((error: unknown) => {
      log.warn(`the list of active users is lost: ${shortMessageOf(error)}`);
      return undefined;
    });
    let unreadable = 0;
    const stored: StoredUser[] = [];
    for (const [storedKey, text] of entries ?? []) {
      try {
        if (storedKey === formerKey) {
          this.#hasFormerFormat = true;
          stored.push(...readFormerUsers(text));
        } else if (storedKey === hostsKey) {
          this.#hostsOnDisk = text;
          users.sharedHosts.restore(readSharedHosts(text));
        } else if (isUserKey(storedKey)) {
          this.#onDisk.add(storedKey);
          stored.push(readUser(text));
        }
      } catch {
        unreadable += 1;
      }
    }
    // Those silent longest come first, as if there had been no restart.
    stored.sort((one, other) => lastSeen(one) - lastSeen(other));
    for (const user of stored) this.#restore(user);
    if (unreadable > 0) {
      log.warn(`some active users are lost: unreadable on disk (${unreadable})`);
    }
    for (const storedKey of this.#onDisk) {
      const key = keyOfStored(storedKey);
      if (!users.get(key)) this.changed(key);
    }
    if (this.#hasFormerFormat) this.#allChanged();
  }

  /** Takes note that a user's sessions are others than those on disk. */
  changed(key: string): void {
    const { clock, users } = this.#options;
    if (!users.get(key) && !this.#onDisk.has(storedKeyOf(key))) this.#unsaved.delete(key);
    else this.#unsaved.add(key);
    if (this.#unsaved.size > 0) this.#saveAt(clock.monotonicMs() + quickMs);
  }

  /** Called regularly: stored times are converted once the time is set. */
  tick(): void {
    const { clock, users, timeIsKnown } = this.#options;
    const becameKnown = !this.#timeWasKnown && timeIsKnown();
    if (becameKnown) {
      this.#timeWasKnown = true;
      for (const key of users.keys()) {
        for (const session of users.get(key)?.sessions.all ?? []) this.#place(session);
      }
    }
    if (!becameKnown && clock.monotonicMs() - this.#refreshedAtMs < refreshMs) return;
    this.#refreshedAtMs = clock.monotonicMs();
    this.#allChanged();
  }

  async stop(): Promise<void> {
    this.#cancelSave?.();
    while (this.#unsaved.size > 0 && (await this.#save()));
  }

  #allChanged(): void {
    for (const key of this.#options.users.keys()) this.changed(key);
  }

  #restore({ userDirectory, userId, source, sessions }: StoredUser): void {
    this.#options.users.restore(
      { userDirectory, userId },
      source,
      sessions.map(({ host, origin, startedMs, lastSeenMs, endsAtMs }): UserSession => {
        const atMs = this.#loadedAtMs;
        const session: UserSession = { host, origin, startedMs: atMs, lastSeenMs: atMs };
        if (lastSeenMs === undefined) return session;
        session.stored = { startedMs: startedMs ?? lastSeenMs, lastSeenMs, endsAtMs };
        if (this.#timeWasKnown) this.#place(session);
        return session;
      }),
    );
  }

  /** Gives a session its times on the scale of this run. What is in the future is now: the clock was set back. */
  #place(session: UserSession): void {
    const { stored } = session;
    if (!stored) return;
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const toScale = (timeMs: number) => timeMs - clock.now().getTime() + nowMs;
    session.startedMs = Math.min(toScale(stored.startedMs), nowMs);
    session.lastSeenMs = Math.min(toScale(stored.lastSeenMs), nowMs);
    if (stored.endsAtMs !== undefined) session.endsAtMs = toScale(stored.endsAtMs);
    session.stored = undefined;
  }

  #saveAt(wantedMs: number): void {
    const { clock } = this.#options;
    const mayBeQuick = this.#quickBytesLeft > 0;
    const atMs = mayBeQuick ? wantedMs : Math.max(wantedMs, this.#savedAtMs + paceMs);
    this.#cancelSave ??= clock.schedule(atMs - clock.monotonicMs(), () => {
      this.#cancelSave = undefined;
      void this.#save().then(() => {
        if (this.#unsaved.size > 0) this.#saveAt(clock.monotonicMs() + quickMs);
      });
    });
  }

  /** Tells whether it could. */
  async #save(): Promise<boolean> {
    const { store, clock, log, users, timeIsKnown } = this.#options;
    this.#refillQuickBytes();
    if (!store?.isThere) return false;
    const offsetMs = clock.now().getTime() - clock.monotonicMs();
    const toTimeOfDay = timeIsKnown() ? (ms: number) => Math.round(ms + offsetMs) : undefined;
    const all = [...this.#unsaved];
    // Entries of the previous version are deleted in the write that replaces them.
    const keys = this.#hasFormerFormat ? all : all.slice(0, mostPerSave);
    const changes = keys.map((key) => {
      const user = users.get(key);
      return [storedKeyOf(key), user && writeUser(user, toTimeOfDay)] as const;
    });
    const hosts = JSON.stringify(users.sharedHosts.entries());
    for (const key of keys) this.#unsaved.delete(key);
    // Before the write: a user who leaves during it has to be deleted again.
    for (const [storedKey, value] of changes) if (value !== undefined) this.#onDisk.add(storedKey);
    try {
      await store.write([
        ...changes,
        ...(this.#hasFormerFormat ? [[formerKey, undefined] as const] : []),
        ...(hosts === this.#hostsOnDisk ? [] : [[hostsKey, hosts] as const]),
      ]);
      this.#hostsOnDisk = hosts;
    } catch (error) {
      for (const key of keys) this.#unsaved.add(key);
      if (!this.#failing)
        log.warn(`could not save the active users; trying again: ${shortMessageOf(error)}`);
      this.#failing = true;
      return false;
    }
    if (this.#failing) log.info('the active users are saved again');
    this.#failing = false;
    this.#hasFormerFormat = false;
    for (const [key, value] of changes) {
      this.#quickBytesLeft -= key.length + (value?.length ?? 0) + bytesOfEntry;
      if (value === undefined) this.#onDisk.delete(key);
    }
    return true;
  }

  #refillQuickBytes(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const refill = ((nowMs - this.#savedAtMs) / 3_600_000) * quickBytesPerHour;
    this.#quickBytesLeft = Math.min(quickBytes, this.#quickBytesLeft + refill);
    this.#savedAtMs = nowMs;
  }
}

const lastSeen = ({ sessions }: StoredUser): number =>
  Math.max(...sessions.map(({ lastSeenMs = Number.MAX_SAFE_INTEGER }) => lastSeenMs));
