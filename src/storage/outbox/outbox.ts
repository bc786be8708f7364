import type { PartHealth } from '../../health/health.ts';
import { atMost, type Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { RetryPauses } from '../../platform/retry-pauses.ts';
import { OutboxRoom, type Store, type StoredItem } from './outbox-room.ts';
import type { Span } from './run.ts';
import { WritePace } from './write-pace.ts';

/** How items become text on disk, and come back. */
export interface Codec<Item> {
  /** One line: no line feed in it. */
  encode(item: Item): string;
  /** Undefined for text that no item made; the entry is skipped. */
  decode(text: string): Item | undefined;
}

export interface OutboxOptions<Item> {
  readonly room: string;
  /** Where the database is, while there is one. */
  readonly state: { readonly database: Store | undefined };
  readonly codec: Codec<Item>;
  /** How many items may wait; past it the oldest go, and are counted. */
  readonly capacity: number;
  /** How many of them may wait in memory while the disk takes none. */
  readonly memoryCapacity: number;
  readonly clock: Clock;
  readonly health: PartHealth;
  readonly log: Log;
  readonly retry: RetryPauses;
  /** Told when there is more to read. Must return at once. */
  readonly onReadable: () => void;
}

/** One waiting item. */
export interface Entry<Item> {
  /** Its place in the line. Grows once, when the disk turns out to hold older items. */
  place: number;
  readonly item: Item;
}

/** A write of at most so many items keeps its memory small and the event loop free. */
const mostPerWrite = 1000;

/**
 * A line of items that outlives crashes and power cuts: first in, first out.
 *
 * An item is safe once its write is done. Writes are synchronous (`fdatasync`), because an SD card
 * keeps in order only what it was told to finish; the items of one write share the cost. While the
 * disk takes nothing, items wait in memory, bounded, and the line goes on by itself.
 */
export class Outbox<Item> {
  /** Items that went unread because too many waited. */
  dropped = 0;
  readonly #options: OutboxOptions<Item>;
  readonly #itemsPerWrite: number;
  readonly #pace: WritePace;
  #room: OutboxRoom | undefined;
  // The line: first what is on disk, then what is being written, then what is not yet.
  #onDisk = 0;
  #writing: StoredItem[] = [];
  #unwritten: StoredItem[] = [];
  /** What `oldest` gave out of memory, if it did. */
  #given: readonly Entry<Item>[] = [];
  #toErase: Span[] = [];
  /** Follows the last item known to be on disk; undefined until the disk was read. */
  #diskEnd: number | undefined;
  #next = 0;
  #work: Promise<void> | undefined;
  #cancelRetry: (() => void) | undefined;
  #diskFails = false;
  #dropping = false;
  #closed = false;

  constructor(options: OutboxOptions<Item>) {
    this.#options = options;
    const { capacity, memoryCapacity, clock } = options;
    this.#pace = new WritePace(clock);
    this.#itemsPerWrite = Math.min(mostPerWrite, capacity, Math.ceil(memoryCapacity / 2));
  }

  /** How many items wait, wherever. */
  get length(): number {
    return this.#onDisk + this.inMemory;
  }

  /** How many of them a power cut would take. */
  get inMemory(): number {
    return this.#writing.length + this.#unwritten.length;
  }

  /** Finds what an earlier run left. Resolves when done, or when the disk can't be read at present. */
  async open(): Promise<void> {
    await this.#run();
    if (this.length > 0) this.#options.log.info(`${this.length} events wait from before`);
  }

  /** Puts an item at the end of the line, and returns at once. */
  append(item: Item): void {
    const { codec, memoryCapacity, onReadable } = this.#options;
    // As text it takes the least room while it waits, and a full write has not all of it to do.
    this.#unwritten.push({ place: this.#next, text: codec.encode(item) });
    this.#next += 1;
    if (this.#unwritten.length > memoryCapacity) {
      this.#unwritten.shift();
      this.#countDropped(1);
    }
    if (this.#diskFails) onReadable();
    else this.#writeSoon();
  }

  /** Resolves when everything appended so far is on disk, or waits for a disk that takes nothing. */
  async written(): Promise<void> {
    while (!this.#diskFails && this.#hasWork()) await this.#run();
  }

  /**
   * The oldest items, at most `limit`, in order. Empty when nothing waits, and while older items
   * are on a disk that can't be read.
   */
  async oldest(limit: number): Promise<readonly Entry<Item>[]> {
    if (this.#onDisk === 0) {
      this.#given = this.#diskFails ? this.#decoded(this.#unwritten.slice(0, limit)).entries : [];
      return this.#given;
    }
    if (!this.#room || this.#toErase.length > 0) return [];
    const { entries, unreadable } = this.#decoded(await this.#room.oldest(limit));
    if (unreadable.length > 0) await this.#erase(unreadable);
    return entries;
  }

  /**
   * Takes entries that `oldest` gave out of the line. Resolves when the disk has forgotten them;
   * while it can't, it will before anything is read from it again.
   */
  async remove(entries: readonly Entry<Item>[]): Promise<void> {
    const from = entries[0]?.place;
    const to = entries.at(-1)?.place;
    if (from === undefined || to === undefined) return;
    this.#unwritten = this.#unwritten.filter(({ place }) => place < from || place > to);
    // Until the disk was read, nothing of this run is on it.
    if (this.#diskEnd !== undefined) await this.#erase([{ from, to }]);
  }

  /** Writes what can be written within `limitMs`, lets go of the database, and owns up to what is lost. */
  async close(limitMs: number): Promise<void> {
    const { clock, log } = this.#options;
    await atMost(clock, limitMs, this.written());
    this.#closed = true;
    this.#pace.cancel();
    this.#cancelRetry?.();
    if (this.inMemory > 0) log.error(`${this.inMemory} events are lost: the disk took none`);
  }

  async #erase(spans: readonly Span[]): Promise<void> {
    this.#toErase.push(...spans);
    await this.written();
  }

  /** What the codec makes of `stored`, and where it fails. */
  #decoded(stored: readonly StoredItem[]): {
    readonly entries: readonly Entry<Item>[];
    readonly unreadable: readonly Span[];
  } {
    const { codec, log } = this.#options;
    const entries: Entry<Item>[] = [];
    const unreadable: Span[] = [];
    for (const { place, text } of stored) {
      const item = codec.decode(text);
      if (item !== undefined) entries.push({ place, item });
      else {
        log.error(`skips an entry on disk that can't be read: ${text.slice(0, 100)}`);
        unreadable.push({ from: place, to: place });
      }
    }
    return { entries, unreadable };
  }

  #writeSoon(): void {
    if (this.#work || this.#closed || this.#unwritten.length === 0) return;
    if (this.#fillsWrite()) void this.#run();
    else this.#pace.whenDue(() => void this.#run());
  }

  #fillsWrite(): boolean {
    return this.#unwritten.length >= this.#itemsPerWrite;
  }

  /** Brings the disk up to date. Only one runs at a time; all who ask wait for it. */
  async #run(): Promise<void> {
    this.#work ??= this.#bringUpToDate();
    await this.#work;
  }

  async #bringUpToDate(): Promise<void> {
    this.#pace.cancel();
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    const { health, retry, onReadable } = this.#options;
    let written = 0;
    try {
      do {
        await this.#load();
        written += await this.#write();
      } while (this.#toErase.length > 0 || this.#fillsWrite());
      this.#diskFails = false;
      retry.reset();
      health.ok('kept on disk');
    } catch (error) {
      this.#waitForDisk(error);
    }
    this.#pace.rest(written);
    this.#work = undefined;
    if (!this.#diskFails) this.#writeSoon();
    onReadable();
  }

  #hasWork(): boolean {
    return this.#unwritten.length > 0 || this.#toErase.length > 0;
  }

  /** Gets to know the disk: at the start, and after the database was opened anew. */
  async #load(): Promise<void> {
    const { room: name, state } = this.#options;
    const { database } = state;
    if (!database) throw new NoDatabase();
    if (this.#room?.store === database) return;
    const room = new OutboxRoom(database, name);
    // A write that failed may have reached the disk none the less; its items are in memory.
    if (this.#diskEnd !== undefined) await room.eraseFrom(this.#diskEnd);
    await room.load();
    if (this.#diskEnd === undefined) {
      // What came before the disk could be read stands behind what is on it.
      for (const entry of [...this.#unwritten, ...this.#given]) entry.place += room.end;
      this.#next += room.end;
      this.#diskEnd = room.end;
    }
    this.#onDisk = room.count;
    this.#room = room;
  }

  /** Writes what fits into one write, and erases; returns how many items it wrote. */
  async #write(): Promise<number> {
    const room = this.#room;
    if (!room) return 0;
    const spans = this.#toErase;
    this.#writing = this.#unwritten.splice(0, this.#itemsPerWrite);
    this.#toErase = [];
    try {
      const dropped = await room.change(this.#writing, spans, this.#options.capacity);
      this.#onDisk = room.count;
      this.#countDropped(dropped);
      this.#diskEnd = (this.#writing.at(-1)?.place ?? (this.#diskEnd ?? 0) - 1) + 1;
      return this.#writing.length;
    } catch (error) {
      this.#unwritten = [...this.#writing, ...this.#unwritten];
      this.#toErase = [...spans, ...this.#toErase];
      this.#room = undefined;
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
      log.warn(`full with ${this.length} waiting: the oldest go`);
    } else if (this.#dropping && this.length < capacity * 0.9) {
      this.#dropping = false;
      log.warn(`has room again; ${this.dropped} went since the start`);
    }
  }

  #waitForDisk(error: unknown): void {
    const { clock, health, memoryCapacity, retry } = this.#options;
    // The database is away after a failure of its own: the first reason says more.
    if (!this.#diskFails || !(error instanceof NoDatabase)) {
      health.fault({
        message: `${explain(error)}; up to ${memoryCapacity} events wait in memory, which a power cut empties`,
        remedy: 'Make the state directory writable again; what waits is then written by itself',
        needsPerson: true,
      });
    }
    this.#diskFails = true;
    if (!this.#closed) this.#cancelRetry = clock.schedule(retry.next(), () => void this.#run());
  }
}

class NoDatabase extends Error {}

function explain(error: unknown): string {
  if (error instanceof NoDatabase) return 'the state directory can not be used at present';
  const message = error instanceof Error ? error.message : String(error);
  return /no space left/i.test(message) ? 'the disk is full' : `the disk fails (${message})`;
}
