import type { PartHealth } from '../../health/health.ts';
import { atMost, type Clock } from '../../platform/clock.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { RetryPauses } from '../../platform/retry-pauses.ts';
import { type Database, type DatabaseSource, Namespace } from '../namespace.ts';
import { databaseOf, NoDatabase, WriteBehind } from '../write-behind.ts';
import type { Span } from './segment.ts';
import { type StoredItem, StoredQueue } from './stored-queue.ts';
import { WritePace } from './write-pace.ts';

/** Converts items to text on disk and back. */
export interface Codec<Item> {
  /** A single line, without a line feed. */
  encode(item: Item): string;
  /** Undefined for text that isn't an item; the entry is skipped. */
  decode(text: string): Item | undefined;
}

export interface OutboxOptions<Item> {
  /** The name of its namespace in the database. */
  readonly namespace: string;
  readonly state: DatabaseSource;
  readonly codec: Codec<Item>;
  /** How many items may wait; beyond that, the oldest are dropped and counted. */
  readonly capacity: number;
  /** How many of them may wait in memory while the disk can't be written. */
  readonly memoryCapacity: number;
  readonly clock: Clock;
  readonly health: PartHealth;
  readonly log: Log;
  readonly retry: RetryPauses;
  /** Called when there is more to read. Must return at once. */
  readonly onReadable: () => void;
}

/** One waiting item. */
export interface OutboxEntry<Item> {
  /** Its place in the queue. Increases once, if the disk turns out to contain older items. */
  place: number;
  readonly item: Item;
}

/** How many items one write contains at most: keeps its memory small and the event loop free. */
const mostPerWrite = 1000;

/**
 * A queue of items that survives crashes and power cuts: first in, first out.
 * An item is safe once its write is done. Writes are synchronous (`fdatasync`), because an SD card
 * keeps the order only of what it was told to finish; the items of one write share the cost. While
 * the disk can't be written, items wait in memory, up to a limit, and the queue recovers
 * automatically.
 */
export class Outbox<Item> {
  /** Items that were dropped unread because too many waited. */
  dropped = 0;
  readonly #options: OutboxOptions<Item>;
  readonly #itemsPerWrite: number;
  readonly #pace: WritePace;
  readonly #behind: WriteBehind;
  /** What is on disk, and in which database; undefined until that is read, or read again. */
  #stored: { readonly queue: StoredQueue; readonly database: Database } | undefined;
  // The queue: first what is on disk, then what is being written, then what is not yet.
  #onDisk = 0;
  #writing: StoredItem[] = [];
  #unwritten: StoredItem[] = [];
  /** What `oldest` returned from memory, if it did. */
  #given: readonly OutboxEntry<Item>[] = [];
  #toErase: Span[] = [];
  /** The place after the last item known to be on disk; undefined until the disk has been read. */
  #diskEnd: number | undefined;
  #next = 0;
  #dropping = false;

  constructor(options: OutboxOptions<Item>) {
    this.#options = options;
    const { capacity, memoryCapacity, clock, health, retry } = options;
    this.#pace = new WritePace(clock);
    this.#behind = new WriteBehind({
      write: () => this.#bringUpToDate(),
      hasWork: () => this.#unwritten.length > 0 || this.#toErase.length > 0,
      onSuccess: () => health.ok('kept on disk'),
      onFailure: (error, isFirst) => this.#reportFailure(error, isFirst),
      onEnd: () => {
        this.#writeSoon();
        options.onReadable();
      },
      clock,
      retry,
    });
    this.#itemsPerWrite = Math.min(mostPerWrite, capacity, Math.ceil(memoryCapacity / 2));
  }

  /** The total number of waiting items. */
  get length(): number {
    return this.#onDisk + this.inMemory;
  }

  /** How many of them a power cut would lose. */
  get inMemory(): number {
    return this.#writing.length + this.#unwritten.length;
  }

  /**
   * Finds what an earlier run left. Resolves when done, or when the disk can't be read at present.
   */
  async open(): Promise<void> {
    await this.#behind.run();
    if (this.length > 0)
      this.#options.log.info(`${this.length} events are still waiting from the last run`);
  }

  /** Puts an item at the end of the queue, and returns at once. */
  append(item: Item): void {
    const { codec, memoryCapacity, onReadable } = this.#options;
    // Text takes the least memory while it waits, and a full write has less left to do.
    this.#unwritten.push({ place: this.#next, text: codec.encode(item) });
    this.#next += 1;
    if (this.#unwritten.length > memoryCapacity) {
      this.#unwritten.shift();
      this.#countDropped(1);
    }
    if (this.#behind.diskFails) onReadable();
    else this.#writeSoon();
  }

  /**
   * Resolves when everything appended so far is on disk, or waits because the disk can't be
   * written.
   */
  async written(): Promise<void> {
    await this.#behind.written();
  }

  /**
   * The oldest items, at most `limit`, in order. Empty if nothing waits, and while older items are
   * on a disk that can't be read.
   */
  async oldest(limit: number): Promise<readonly OutboxEntry<Item>[]> {
    if (this.#onDisk === 0) {
      this.#given = this.#behind.diskFails
        ? this.#decoded(this.#unwritten.slice(0, limit)).entries
        : [];
      return this.#given;
    }
    if (!this.#stored || this.#toErase.length > 0) return [];
    const { entries, unreadable } = this.#decoded(await this.#stored.queue.oldest(limit));
    if (unreadable.length > 0) await this.#erase(unreadable);
    return entries;
  }

  /**
   * Removes entries that `oldest` returned from the queue. Resolves when they are deleted from the
   * disk; if it can't be written, that happens before anything is read from it again.
   */
  async remove(entries: readonly OutboxEntry<Item>[]): Promise<void> {
    const from = entries[0]?.place;
    const to = entries.at(-1)?.place;
    if (from === undefined || to === undefined) return;
    this.#unwritten = this.#unwritten.filter(({ place }) => place < from || place > to);
    // Until the disk has been read, it contains nothing from this run.
    if (this.#diskEnd !== undefined) await this.#erase([{ from, to }]);
  }

  /** Writes what can be written within `limitMs`, and reports what is lost. */
  async close(limitMs: number): Promise<void> {
    const { clock, log } = this.#options;
    await atMost(clock, limitMs, this.#behind.drained());
    this.#behind.close();
    if (this.inMemory > 0)
      log.error(`${this.inMemory} events are lost: they could not be written to disk`);
  }

  async #erase(spans: readonly Span[]): Promise<void> {
    this.#toErase.push(...spans);
    await this.written();
  }

  /** The items that the codec decodes from `stored`, and the places where it fails. */
  #decoded(stored: readonly StoredItem[]): {
    readonly entries: readonly OutboxEntry<Item>[];
    readonly unreadable: readonly Span[];
  } {
    const { codec, log } = this.#options;
    const entries: OutboxEntry<Item>[] = [];
    const unreadable: Span[] = [];
    for (const { place, text } of stored) {
      const item = codec.decode(text);
      if (item !== undefined) entries.push({ place, item });
      else {
        log.error(`skipped an unreadable entry on disk: ${text.slice(0, 100)}`);
        unreadable.push({ from: place, to: place });
      }
    }
    return { entries, unreadable };
  }

  #writeSoon(): void {
    if (this.#fillsWrite()) this.#behind.writeAtOnce();
    else if (this.#unwritten.length > 0 && !this.#behind.isPlanned) {
      this.#behind.writeWithin(this.#pace.dueInMs);
    }
  }

  #fillsWrite(): boolean {
    return this.#unwritten.length >= this.#itemsPerWrite;
  }

  async #bringUpToDate(): Promise<void> {
    let written = 0;
    const waited = this.#unwritten.length;
    try {
      do {
        const stored = await this.#load();
        written += await this.#write(stored);
      } while (
        this.#toErase.length > 0 ||
        this.#fillsWrite() ||
        (written < waited && this.#unwritten.length > 0)
      );
    } finally {
      this.#pace.rest(written);
    }
  }

  /** Reads what is on disk: at the start, and after the database was reopened. */
  async #load(): Promise<StoredQueue> {
    const { namespace, state } = this.#options;
    const database = databaseOf(state);
    if (this.#stored?.database === database) return this.#stored.queue;
    const queue = new StoredQueue(new Namespace({ database }, namespace));
    // A failed write may still have reached the disk; its items are in memory.
    if (this.#diskEnd !== undefined) await queue.eraseFrom(this.#diskEnd);
    await queue.load();
    if (this.#diskEnd === undefined) {
      // Items that arrived before the disk could be read come after those on it.
      for (const entry of [...this.#unwritten, ...this.#given]) entry.place += queue.end;
      this.#next += queue.end;
      this.#diskEnd = queue.end;
    }
    this.#onDisk = queue.count;
    this.#stored = { queue, database };
    return queue;
  }

  /** Writes as much as fits into one write, and deletes; returns how many items it wrote. */
  async #write(queue: StoredQueue): Promise<number> {
    const spans = this.#toErase;
    this.#writing = this.#unwritten.splice(0, this.#itemsPerWrite);
    this.#toErase = [];
    try {
      const dropped = await queue.change(this.#writing, spans, this.#options.capacity);
      this.#onDisk = queue.count;
      this.#countDropped(dropped);
      this.#diskEnd = (this.#writing.at(-1)?.place ?? (this.#diskEnd ?? 0) - 1) + 1;
      return this.#writing.length;
    } catch (error) {
      this.#unwritten = [...this.#writing, ...this.#unwritten];
      this.#toErase = [...spans, ...this.#toErase];
      this.#stored = undefined;
      throw error;
    } finally {
      this.#writing = [];
    }
  }

  #countDropped(count: number): void {
    const { capacity, log } = this.#options;
    this.dropped += count;
    if (count > 0 && !this.#dropping) {
      this.#dropping = true;
      log.warn(`queue full (${this.length} events waiting): dropping the oldest`);
    } else if (this.#dropping && this.length < capacity * 0.9) {
      this.#dropping = false;
      log.warn(`queue has room again; ${this.dropped} events dropped since the start`);
    }
  }

  #reportFailure(error: unknown, isFirst: boolean): void {
    const { health, memoryCapacity } = this.#options;
    // The database is unavailable after a failure of its own: the first reason says more.
    if (!isFirst && error instanceof NoDatabase) return;
    health.fault({
      message: `${explain(error)}; up to ${memoryCapacity} events wait in memory, and would be lost in a power cut`,
      remedy:
        'Make the state directory writable again. Blinky then writes the waiting events automatically',
      needsAttention: true,
    });
  }
}

function explain(error: unknown): string {
  const message = messageOf(error);
  if (error instanceof NoDatabase) return message;
  return /no space left/i.test(message) ? 'the disk is full' : `the disk fails (${message})`;
}
