import type { Party } from '../../access/fair-shares.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { RetryPauses } from '../../platform/retry-pauses.ts';
import { type Change, StateRoom } from '../../storage/room.ts';
import type { State } from '../../storage/state.ts';
import type { WriteBudget } from './write-budget.ts';

export type Entry = readonly [key: string, value: string];

/** Sessions have a budget of their own, so that a crowd's messages do not use it up. */
export type Budget = 'messages' | 'sessions';

/** Who a change is written for, where that is bounded. */
export interface Payer {
  readonly party: Party;
  /** Out of which budget; by default that of messages. */
  readonly budget?: Budget;
  /** When it can't be written, an older value is better than none. */
  readonly keepsOlder?: boolean;
}

/** A new value, or how it is made when it is written; undefined takes the key away. */
export type Value = string | (() => string) | undefined;

/** A crowd's changes are many thousands: each has the same few fields. */
interface Waiting {
  readonly value: Value;
  readonly payer: Payer | undefined;
  readonly requires: string | undefined;
}

export interface JournalOptions {
  /** Where the database is, while there is one. */
  readonly state: Pick<State, 'database'>;
  readonly room: string;
  /** Chooses what to load of what an earlier run left: no more than fits. */
  readonly select: (room: StateRoom) => Promise<readonly Entry[]>;
  /** Called once with what was chosen, before anything is written. */
  readonly onLoad: (entries: readonly Entry[]) => void;
  /** Bounds what is written for those who have not signed in: what waits for them, and all else. */
  readonly budgets: Readonly<Record<Budget, Pick<WriteBudget, 'take' | 'has' | 'mostAtOnce'>>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly retry: RetryPauses;
}

/**
 * How soon a change must be on disk. `promised`: somebody waits for it, and it must outlive a power
 * cut. `soon`: it must outlive one as well, but may wait for its end to come first, which spares the
 * write. `lazy`: nothing is lost by losing it.
 */
export type Urgency = 'promised' | 'soon' | 'lazy';

/** What it takes to erase a key again, and what LevelDB adds to each, bytes. */
const bytesOfErasing = 60;

/** The longest wait until a change is written, ms; `promised` ones share what comes in one turn. */
const delayMs: Record<Urgency, number> = { promised: 0, soon: 25, lazy: 100 };

/**
 * Brings changes to disk in the background, many in one write. What changes twice before it is
 * written is written once; what came and went is not written at all. While the disk takes nothing,
 * the changes wait in memory, and the newest value of each key is written when it does again.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #room: StateRoom;
  #waiting = new Map<string, Waiting>();
  /** What has come since the last write and is to be paid for, by standing, bytes. */
  readonly #toBePaid = new Map<Party['standing'], number>();
  /** Keys that may be on disk: only these have to be erased there. */
  readonly #onDisk = new Set<string>();
  #sync = false;
  #dueMs = Number.POSITIVE_INFINITY;
  #cancelWrite: (() => void) | undefined;
  #work: Promise<void> | undefined;
  #loaded = false;
  #diskFails = false;
  #closed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#room = new StateRoom(options.state, options.room);
  }

  /** Whether so many bytes could be written for somebody now. */
  couldAfford({ party }: Payer, bytes: number): boolean {
    return this.#options.budgets.messages.has(party, bytes + bytesOfErasing);
  }

  /** Reads what an earlier run left. Resolves when done, or when the disk can't be read at present. */
  async open(): Promise<void> {
    await this.#run();
  }

  /**
   * Notes a change. Before the disk was read, it is not noted: `onLoad` has to write what counts.
   * @param requires another key without which this one is of no use: it is written only with that one
   */
  put(key: string, value: Value, urgency: Urgency, payer?: Payer, requires?: string): void {
    if (!this.#loaded || this.#closed) return;
    if (typeof value === 'string' && payer && !this.#mayBecomeAffordable(key, value, payer)) {
      this.#leaveOut(key, payer);
      return;
    }
    if (value === undefined && !this.#onDisk.has(key)) this.#waiting.delete(key);
    else this.#waiting.set(key, { value, payer, requires });
    if (urgency !== 'lazy') this.#sync = true;
    if (!this.#diskFails) this.#writeWithin(delayMs[urgency]);
  }

  /** Whether a change fits into what can be paid for at once, with all that came before it. */
  #mayBecomeAffordable(key: string, value: string, payer: Payer): boolean {
    const { party, budget = 'messages' } = payer;
    const { standing } = party;
    const bytes = (this.#toBePaid.get(standing) ?? 0) + bytesToPay(key, value);
    if (bytes > this.#options.budgets[budget].mostAtOnce(party)) return false;
    this.#toBePaid.set(standing, bytes);
    return true;
  }

  /** A change that can't be paid for is not written. */
  #leaveOut(key: string, { keepsOlder }: Payer): void {
    if (keepsOlder) return;
    if (this.#onDisk.has(key)) {
      this.#waiting.set(key, paidFor(undefined));
    } else this.#waiting.delete(key);
  }

  /** Whether the disk may hold something under this key, now or soon. */
  mayHold(key: string): boolean {
    return this.#onDisk.has(key) || this.#waiting.get(key)?.value !== undefined;
  }

  /** Resolves when every change so far is on disk, or waits for a disk that takes nothing. */
  async written(): Promise<void> {
    // A write under way does not carry the last changes; the next one does, for all who wait.
    await this.#work;
    if (!this.#diskFails && !this.#closed && this.#waiting.size > 0) await this.#run();
  }

  /** Writes what waits, and lets go of the database. */
  async close(): Promise<void> {
    await this.written();
    this.#closed = true;
    this.#cancelWrite?.();
  }

  #writeWithin(ms: number): void {
    const dueMs = this.#options.clock.monotonicMs() + ms;
    if (this.#work || dueMs >= this.#dueMs) return;
    this.#cancelWrite?.();
    this.#dueMs = dueMs;
    this.#cancelWrite = this.#options.clock.schedule(ms, () => void this.#run());
  }

  /** Only one write runs at a time; all who ask wait for it. */
  async #run(): Promise<void> {
    this.#work ??= this.#bringUpToDate();
    await this.#work;
  }

  async #bringUpToDate(): Promise<void> {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
    const { log, retry } = this.#options;
    try {
      await this.#load();
      await this.#write();
      if (this.#diskFails) log.info('what the broker keeps is on disk again');
      this.#diskFails = false;
      retry.reset();
    } catch (error) {
      this.#waitForDisk(error);
    }
    this.#work = undefined;
    if (!this.#diskFails && this.#waiting.size > 0) {
      this.#writeWithin(this.#sync ? delayMs.soon : delayMs.lazy);
    }
  }

  async #load(): Promise<void> {
    if (this.#loaded) return;
    if (!this.#room.isThere) throw new NoDatabase();
    const entries = await this.#options.select(this.#room);
    for (const [key] of entries) this.#onDisk.add(key);
    this.#loaded = true;
    this.#options.onLoad(entries);
  }

  async #write(): Promise<void> {
    if (this.#waiting.size === 0) return;
    if (!this.#options.state.database) throw new NoDatabase();
    const changes = this.#waiting;
    const sync = this.#sync;
    this.#waiting = new Map();
    this.#toBePaid.clear();
    this.#sync = false;
    const affordable = this.#affordable(changes);
    if (affordable.length === 0) return;
    try {
      await this.#room.write(affordable, { sync });
    } catch (error) {
      // What was paid for is not paid for again.
      const again = affordable.map(([key, value]) => [key, paidFor(value)] as const);
      this.#waiting = new Map([...again, ...this.#waiting]);
      this.#sync ||= sync;
      throw error;
    }
    for (const [key, value] of affordable) {
      if (value === undefined && this.#waiting.get(key)?.value === undefined) {
        this.#onDisk.delete(key);
      }
    }
  }

  /** What may be written; the rest stays in memory, where it is. */
  #affordable(changes: ReadonlyMap<string, Waiting>): Change[] {
    const affordable: Change[] = [];
    for (const [key, { value: given, payer, requires }] of changes) {
      const value = typeof given === 'function' ? given() : given;
      const isUseless = requires !== undefined && !this.#onDisk.has(requires);
      if (payer && value !== undefined && (isUseless || !this.#canAfford(key, value, payer))) {
        if (!payer.keepsOlder && this.#onDisk.has(key)) affordable.push([key, undefined]);
        continue;
      }
      affordable.push([key, value]);
      // A write that fails may reach the disk all the same; and what follows may require it.
      if (value !== undefined) this.#onDisk.add(key);
    }
    return affordable;
  }

  #canAfford(key: string, value: string, payer: Payer): boolean {
    const { party, budget = 'messages' } = payer;
    return this.#options.budgets[budget].take(party, bytesToPay(key, value));
  }

  #waitForDisk(error: unknown): void {
    const { clock, log, retry } = this.#options;
    if (!this.#diskFails) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(
        `what the broker keeps for clients is in memory only until the disk works: ${reason}`,
      );
    }
    this.#diskFails = true;
    if (!this.#closed) this.#cancelWrite = clock.schedule(retry.next(), () => void this.#run());
  }
}

const paidFor = (value: Value): Waiting => ({ value, payer: undefined, requires: undefined });

const bytesToPay = (key: string, value: string) => key.length + value.length + bytesOfErasing;

class NoDatabase extends Error {
  override readonly message = "the state directory can't be used at present";
}
