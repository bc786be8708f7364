import { type Change, type Namespace, numberInKey } from '../namespace.ts';
import {
  countOf,
  firstSegments,
  lastOf,
  reaching,
  type Segment,
  type Span,
  segmentsOf,
  spanOfFirst,
  without,
} from './segment.ts';

/** One item as text, and its place in the queue, which changes as `Entry.place` does. */
export interface StoredItem {
  place: number;
  readonly text: string;
}

/**
 * Items under one key cost the database no more than a single one. But to delete some of them, the
 * others must be written again; so there must not be many.
 */
const longestSegment = 50;

/**
 * The data of one outbox in the database: segments of items, one line of text per item, under a key
 * made of the first place and the number of items.
 */
export class StoredQueue {
  readonly #namespace: Namespace;
  /**
   * In ascending order. They are few, and looked up here: the database is slow where it has
   * deleted.
   */
  #segments: readonly Segment[] = [];
  #count = 0;

  /** @param namespace of one database: its contents are read only once */
  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /** The number of items. */
  get count(): number {
    return this.#count;
  }

  /** The place after the last one in use. */
  get end(): number {
    const last = this.#segments.at(-1);
    return last ? lastOf(last) + 1 : 0;
  }

  /** Reads the contents. Must be called first. */
  async load(): Promise<void> {
    this.#segments = (await this.#namespace.keys()).map(segmentOf);
    this.#count = countOf(this.#segments);
  }

  /** Deletes the items from `place` on, if they were added there. */
  async eraseFrom(place: number): Promise<void> {
    await this.#namespace.eraseFrom(keyOf({ from: place, count: 1 }));
  }

  /** The first items, at most `limit`. */
  async oldest(limit: number): Promise<StoredItem[]> {
    const segments = firstSegments(this.#segments, limit);
    const [first] = segments;
    const last = segments.at(-1);
    if (!first || !last) return [];
    const entries = (await this.#namespace.between(keyOf(first), keyOf(last))) ?? [];
    return entries.flatMap(([key, text]) => itemsOf(segmentOf(key), text)).slice(0, limit);
  }

  /**
   * Adds and deletes atomically; the result survives a power cut.
   * @param added placed after everything that is there, in ascending order
   * @param capacity how many may be there afterwards; beyond that, the oldest are dropped
   * @returns how many were dropped for that
   */
  async change(
    added: readonly StoredItem[],
    erased: readonly Span[],
    capacity: number,
  ): Promise<number> {
    const erasedCount = this.#countIn(erased);
    const surplus = Math.max(0, this.#count - erasedCount + added.length - capacity);
    const gone = surplus > 0 ? [...erased, spanOfFirst(this.#segments, erased, surplus)] : erased;
    const reached = reaching(this.#segments, gone);
    const left = reached.flatMap((segment) => without(segment, gone));
    const whole = new Set(left);
    const lessened = reached.filter((segment) => !whole.has(segment));
    if (added.length + lessened.length === 0) return 0;

    const shortened = await this.#shortened(lessened, gone);
    const addedEntries = entriesOf(added);
    const changes: Change[] = lessened.map((segment) => [keyOf(segment), undefined]);
    for (const { segment, text } of shortened) changes.push([keyOf(segment), text]);
    for (const { segment, text } of addedEntries) changes.push([keyOf(segment), text]);
    await this.#namespace.write(changes, { sync: true });

    const addedSegments = addedEntries.map(({ segment }) => segment);
    this.#segments = [...left, ...this.#segments.slice(reached.length), ...addedSegments];
    this.#count += added.length - erasedCount - surplus;
    return surplus;
  }

  #countIn(spans: readonly Span[]): number {
    const reached = reaching(this.#segments, spans);
    return countOf(reached) - countOf(reached.flatMap((segment) => without(segment, spans)));
  }

  /** What remains of `segments` of which only a part is deleted. */
  async #shortened(
    segments: readonly Segment[],
    gone: readonly Span[],
  ): Promise<readonly SegmentEntry[]> {
    const entries: SegmentEntry[] = [];
    for (const segment of segments) {
      const parts = without(segment, gone);
      const lines =
        parts.length > 0 ? (await this.#namespace.get(keyOf(segment)))?.split('\n') : [];
      for (const part of parts) {
        const start = part.from - segment.from;
        const text = lines?.slice(start, start + part.count).join('\n') ?? '';
        entries.push({ segment: part, text });
      }
    }
    return entries;
  }
}

function keyOf({ from, count }: Segment): string {
  const place = numberInKey(from);
  return count === 1 ? place : `${place}.${count}`;
}

function segmentOf(key: string): Segment {
  const [from = '', count = '1'] = key.split('.');
  return { from: Number.parseInt(from, 36), count: Number.parseInt(count, 10) };
}

/** The contents of one key. */
interface SegmentEntry {
  readonly segment: Segment;
  readonly text: string;
}

/** @param items in ascending order */
function entriesOf(items: readonly StoredItem[]): readonly SegmentEntry[] {
  const segments = segmentsOf(
    items.map(({ place }) => place),
    longestSegment,
  );
  let next = 0;
  return segments.map((segment) => {
    const texts = items.slice(next, next + segment.count).map(({ text }) => text);
    next += segment.count;
    return { segment, text: texts.join('\n') };
  });
}

function itemsOf({ from, count }: Segment, text: string): StoredItem[] {
  const lines = text.split('\n');
  return Array.from({ length: count }, (_, index) => ({
    place: from + index,
    text: lines[index] ?? '',
  }));
}
