import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { isTestEvent } from '../events/test-event.ts';
import type { UserEvent } from '../events/user-event.ts';
import type { Sink } from '../fan-out/sink.ts';
import type { Log } from '../log.ts';
import { ActiveUsers } from './active-users.ts';

/** Where the users are kept over a restart. */
export interface ActiveUsersStore {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
}

/** Saved at most this often, ms: an SD card wears with every write. */
const saveEveryMs = 5000;
/**
 * Told to others at most this often, ms: in a burst only the last figure matters. A prime, so that
 * it does not fall in step with events that come regularly and keep them waiting.
 */
const announceEveryMs = 101;
const forgetEveryMs = 60 * 60 * 1000;
const storeKey = 'users';

const savedUsers = z.array(
  z.object({
    host: z.string(),
    userDirectory: z.string(),
    userId: z.string(),
    sessions: z.int().min(1),
    implied: z.boolean(),
    lastSeenMs: z.number().optional(),
  }),
);

export interface ActiveUsersSinkOptions {
  /** Undefined while there is no state directory: the users are then forgotten at a restart. */
  readonly store: ActiveUsersStore | undefined;
  readonly onChange: (users: ActiveUsers) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps count of who is active, announces changes, and remembers them over a restart. */
export class ActiveUsersSink implements Sink {
  readonly name = 'active users';
  readonly #options: ActiveUsersSinkOptions;
  #users = new ActiveUsers();
  #cancelAnnounce: (() => void) | undefined;
  #cancelSave: (() => void) | undefined;
  #cancelForget: (() => void) | undefined;
  #announcedAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(options: ActiveUsersSinkOptions) {
    this.#options = options;
  }

  get users(): ActiveUsers {
    return this.#users;
  }

  async start(): Promise<void> {
    this.#users = new ActiveUsers(await this.#load());
    this.#forget();
    this.#announce();
  }

  accept(event: UserEvent): void {
    // A broker that keeps names to itself tells of events without saying whose.
    if (isTestEvent(event) || event.userId === '') return;
    if (this.#users.apply(event)) this.#changed();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelAnnounce?.();
    this.#cancelForget?.();
    if (!this.#cancelSave) return;
    this.#cancelSave();
    await this.#save();
  }

  #changed(): void {
    const { clock } = this.#options;
    this.#cancelSave ??= clock.schedule(saveEveryMs, () => {
      this.#cancelSave = undefined;
      void this.#save();
    });
    if (this.#cancelAnnounce) return;
    const wait = this.#announcedAt + announceEveryMs - clock.monotonicMs();
    // Never at once: the event itself is told first.
    this.#cancelAnnounce = clock.schedule(Math.max(0, wait), () => this.#announce());
  }

  #announce(): void {
    this.#cancelAnnounce = undefined;
    this.#announcedAt = this.#options.clock.monotonicMs();
    this.#options.onChange(this.#users);
  }

  #forget(): void {
    const { clock } = this.#options;
    if (this.#users.forgetBefore(clock.now().getTime())) this.#changed();
    this.#cancelForget = clock.schedule(forgetEveryMs, () => this.#forget());
  }

  async #load() {
    const { store, log } = this.#options;
    try {
      const saved = await store?.get(storeKey);
      return saved === undefined ? [] : savedUsers.parse(JSON.parse(saved));
    } catch (error) {
      log.warn(`the users who were active are forgotten: ${describe(error)}`);
      return [];
    }
  }

  async #save(): Promise<void> {
    const { store, log } = this.#options;
    try {
      await store?.put(storeKey, JSON.stringify(this.#users.entries()));
    } catch (error) {
      log.warn(`the active users could not be saved: ${describe(error)}`);
    }
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/\s+/g, ' ').slice(0, 200) : String(error);
