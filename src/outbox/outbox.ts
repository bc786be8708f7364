import { atMost, type Clock } from '../clock.ts';
import type { PartHealth } from '../health/health.ts';
import type { Log } from '../log.ts';
import type { RetryPauses } from '../retry-pauses.ts';
import { OutboxRoom, type Store } from './outbox-room.ts';
import { WritePace } from './write-pace.ts';

/** How items become text on disk, and come back. */
export interface Codec<Item> {
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
  sequence: number;
  readonly item: Item;
}

interface Span {
  readonly from: number;
  readonly to: number;
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
  #writing: Entry<Item>[] = [];
  #unwritten: Entry<Item>[] = [];
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
    this.#unwritten.push({ sequence: this.#next, item });
    this.#next += 1;
    const { memoryCapacity, onReadable } = this.#options;
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
      this.#given = this.#diskFails ? this.#unwritten.slice(0, limit) : [];
      return this.#given;
    }
    if (!this.#room || this.#toErase.length > 0) return [];
    const entries = [];
    for (const { sequence, text } of await this.#room.oldest(limit)) {
      const item = this.#options.codec.decode(text);
      if (item !== undefined) entries.push({ sequence, item });
      else {
        this.#options.log.error(`skips an entry on disk that can't be read: ${text.slice(0, 100)}`);
        await this.#erase({ from: sequence, to: sequence });
      }
    }
    return entries;
  }

  /**
   * Takes entries that `oldest` gave out of the line. Resolves when the disk has forgotten them;
   * while it can't, it will before anything is read from it again.
   */
  async remove(entries: readonly Entry<Item>[]): Promise<void> {
    const from = entries[0]?.sequence;
    const to = entries.at(-1)?.sequence;
    if (from === undefined || to === undefined) return;
    this.#unwritten = this.#unwritten.filter(({ sequence }) => sequence < from || sequence > to);
    // Until the disk was read, nothing of this run is on it.
    if (this.#diskEnd !== undefined) await this.#erase({ from, to });
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

  async #erase(span: Span): Promise<void> {
    this.#toErase.push(span);
    await this.written();
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
    try {
      do {
        await this.#load();
        await this.#write();
      } while (this.#toErase.length > 0 || this.#fillsWrite());
      this.#diskFails = false;
      retry.reset();
      health.ok('kept on disk');
    } catch (error) {
      this.#waitForDisk(error);
    }
    this.#pace.rest();
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
    if (this.#diskEnd === undefined) {
      const diskEnd = await room.end();
      // What came before the disk could be read stands behind what is on it.
      for (const entry of new Set([...this.#unwritten, ...this.#given])) entry.sequence += diskEnd;
      this.#next += diskEnd;
      this.#diskEnd = diskEnd;
    } else {
      // A write that failed may have reached the disk none the less; its items are in memory.
      await room.eraseFrom(this.#diskEnd);
    }
    this.#onDisk = await room.count();
    this.#room = room;
  }

  async #write(): Promise<void> {
    const room = this.#room;
    if (!room) return;
    const { capacity, codec } = this.#options;
    const spans = this.#toErase;
    this.#writing = this.#unwritten.splice(0, this.#itemsPerWrite);
    this.#toErase = [];
    try {
      const done = await room.keysWithin(spans);
      const tooMany = this.#onDisk - done.size + this.#writing.length - capacity;
      const dropped = tooMany > 0 ? await room.oldestKeysBeside(done, tooMany) : [];
      const erased = [...done, ...dropped];
      const added = this.#writing.map(({ sequence, item }) => ({
        sequence,
        text: codec.encode(item),
      }));
      await room.change(added, erased);
      this.#onDisk += added.length - erased.length;
      this.#countDropped(dropped.length);
      this.#diskEnd = (this.#writing.at(-1)?.sequence ?? (this.#diskEnd ?? 0) - 1) + 1;
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
