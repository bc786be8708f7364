import type { Party } from '../../access/fair-shares.ts';
import type { Clock } from '../../platform/clock.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { RetryPauses } from '../../platform/retry-pauses.ts';
import { type Change, type DatabaseSource, Namespace } from '../../storage/namespace.ts';
import { databaseOf, WriteBehind } from '../../storage/write-behind.ts';
import type { WriteBudget } from './write-budget.ts';

export type JournalEntry = readonly [key: string, value: string];

/** Sessions have a separate budget, so that messages for many clients do not use it up. */
export type Budget = 'messages' | 'sessions';

/** The party that a change is written for, if that is limited. */
export interface Payer {
  readonly party: Party;
  /** The budget it is paid from; default: messages. */
  readonly budget?: Budget;
  /** If it can't be written, an older value is better than none. */
  readonly keepsOlder?: boolean;
}

/** A new value, or the function that creates it when it is written; undefined deletes the key. */
export type Value = string | (() => string) | undefined;

/** Changes for many clients are many thousands: all have the same few fields. */
interface Waiting {
  readonly value: Value;
  readonly payer: Payer | undefined;
  readonly requires: string | undefined;
}

export interface JournalOptions {
  readonly state: DatabaseSource;
  /** The name of its namespace in the database. */
  readonly namespace: string;
  /** Selects what to load from an earlier run: no more than fits. */
  readonly select: (namespace: Namespace) => Promise<readonly JournalEntry[]>;
  /** Called once with the selection, before anything is written. */
  readonly onLoad: (entries: readonly JournalEntry[]) => void;
  /** Limits what is written for anonymous clients: their messages, and everything else. */
  readonly budgets: Readonly<Record<Budget, Pick<WriteBudget, 'take' | 'has' | 'mostAtOnce'>>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly retry: RetryPauses;
}

/**
 * How soon a change must be on disk. `promised`: something waits for it, and it must survive a
 * power cut. `soon`: it must survive one as well, but may wait in case it becomes obsolete first,
 * which saves the write. `lazy`: losing it does no harm.
 */
export type Urgency = 'promised' | 'soon' | 'lazy';

/** The cost of deleting a key again, plus LevelDB's overhead for each, bytes. */
const bytesOfErasing = 60;

/**
 * The longest wait until a change is written, ms; `promised` ones of the same turn share a write.
 */
const delayMs: Record<Urgency, number> = { promised: 0, soon: 25, lazy: 100 };

/**
 * Writes changes to disk in the background, many in one write. What changes twice before it is
 * written is written once; what was added and deleted is not written at all. While the disk can't
 * be written, the changes wait in memory, and the newest value of each key is written afterwards.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #namespace: Namespace;
  readonly #behind: WriteBehind;
  #waiting = new Map<string, Waiting>();
  /** The bytes added since the last write that must be paid for, by standing. */
  readonly #toBePaid = new Map<Party['standing'], number>();
  /** Keys that may be on disk: only these need to be deleted there. */
  readonly #onDisk = new Set<string>();
  #sync = false;
  #loaded = false;
  #closed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#namespace = new Namespace(options.state, options.namespace);
    const { clock, log, retry } = options;
    this.#behind = new WriteBehind({
      write: async () => {
        await this.#load();
        await this.#write();
      },
      hasWork: () => this.#waiting.size > 0,
      onSuccess: (isAgain) => {
        if (isAgain) log.info("the broker's state is stored on disk again");
      },
      onFailure: (error, isFirst) => {
        if (!isFirst) return;
        const reason = messageOf(error);
        log.warn(
          `the broker's state is kept in memory only, until the disk works again: ${reason}`,
        );
      },
      onEnd: () => {
        if (this.#waiting.size > 0) this.#behind.writeWithin(delayMs[this.#sync ? 'soon' : 'lazy']);
      },
      clock,
      retry,
    });
  }

  /** Whether this many bytes could be written for a payer now. */
  couldAfford({ party }: Payer, bytes: number): boolean {
    return this.#options.budgets.messages.has(party, bytes + bytesOfErasing);
  }

  /**
   * Reads what an earlier run left. Resolves when done, or when the disk can't be read at present.
   */
  async open(): Promise<void> {
    await this.#behind.run();
  }

  /**
   * Notes a change. Changes before the disk has been read are ignored: `onLoad` must write what
   * matters.
   * @param requires another key without which this one is useless: it is only written together with
   * that one
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
    this.#behind.writeWithin(delayMs[urgency]);
  }

  /** Whether a change fits into the budget, together with all earlier ones. */
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

  /** Whether the disk may contain this key, now or soon. */
  mayHold(key: string): boolean {
    return this.#onDisk.has(key) || this.#waiting.get(key)?.value !== undefined;
  }

  /** Resolves when every change so far is on disk, or waits because the disk can't be written. */
  async written(): Promise<void> {
    await this.#behind.written();
  }

  /** Writes what waits, and nothing afterwards. */
  async close(): Promise<void> {
    await this.#behind.drained();
    this.#closed = true;
    this.#behind.close();
  }

  async #load(): Promise<void> {
    if (this.#loaded) return;
    databaseOf(this.#options.state);
    const entries = await this.#options.select(this.#namespace);
    for (const [key] of entries) this.#onDisk.add(key);
    this.#loaded = true;
    this.#options.onLoad(entries);
  }

  async #write(): Promise<void> {
    if (this.#waiting.size === 0) return;
    databaseOf(this.#options.state);
    const changes = this.#waiting;
    const sync = this.#sync;
    this.#waiting = new Map();
    this.#toBePaid.clear();
    this.#sync = false;
    const affordable = this.#affordable(changes);
    if (affordable.length === 0) return;
    try {
      await this.#namespace.write(affordable, { sync });
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

  /** The changes that may be written; the rest stays in memory. */
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
      // A failed write may still reach the disk; and later changes may require it.
      if (value !== undefined) this.#onDisk.add(key);
    }
    return affordable;
  }

  #canAfford(key: string, value: string, payer: Payer): boolean {
    const { party, budget = 'messages' } = payer;
    return this.#options.budgets[budget].take(party, bytesToPay(key, value));
  }
}

const paidFor = (value: Value): Waiting => ({ value, payer: undefined, requires: undefined });

const bytesToPay = (key: string, value: string) => key.length + value.length + bytesOfErasing;
