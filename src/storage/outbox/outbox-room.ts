import {
  countOf,
  firstRuns,
  lastOf,
  type Run,
  reaching,
  runsOf,
  type Span,
  spanOfFirst,
  without,
} from './run.ts';

/** Changes that are made together: all of them or none. */
export interface StoreBatch {
  put(key: string, value: string): unknown;
  del(key: string): unknown;
  /** @param options.sync whether the changes are to outlive a power cut when it resolves */
  write(options: { readonly sync: boolean }): Promise<void>;
}

interface KeyRange {
  readonly gte: string;
  readonly lt?: string;
  readonly lte?: string;
}

/** What the outbox needs of the database that the appliance's parts share (abstract-level). */
export interface Store {
  get(key: string): Promise<string | undefined>;
  iterator(range: KeyRange): { all(): Promise<[string, string][]> };
  keys(range: KeyRange): { all(): Promise<string[]> };
  batch(): StoreBatch;
  clear(range: KeyRange): Promise<void>;
}

/** One item as text, and its place in the line, which changes as `Entry.place` does. */
export interface StoredItem {
  place: number;
  readonly text: string;
}

/** Enough digits for any whole number that JavaScript counts exactly, in base 36. */
const placeDigits = 11;

/**
 * Items under one key cost the database as much as a single one. But to take out some of them, the
 * others have to be written again; so they must not be many.
 */
const longestRun = 50;

/**
 * What one outbox has in the shared database: runs of items, a line of text for each item, under
 * the place of the first and the count of all. The keys are laid out as a sublevel's are
 * (`!room!key`), but a sublevel object would not outlive the database's being opened anew.
 */
export class OutboxRoom {
  readonly store: Store;
  readonly #prefix: string;
  readonly #all: { readonly gte: string; readonly lt: string };
  /** In ascending order. They are few, and looked up here: the database is slow where it erased. */
  #runs: readonly Run[] = [];
  #count = 0;

  /** @param name letters, digits and hyphens */
  constructor(store: Store, name: string) {
    this.store = store;
    this.#prefix = `!${name}!`;
    // '"' is the character that follows '!'.
    this.#all = { gte: this.#prefix, lt: `!${name}"` };
  }

  /** How many items there are. */
  get count(): number {
    return this.#count;
  }

  /** The place behind the last one in use. */
  get end(): number {
    const last = this.#runs.at(-1);
    return last ? lastOf(last) + 1 : 0;
  }

  /** Gets to know what is there. Comes before all else. */
  async load(): Promise<void> {
    const keys = await this.store.keys(this.#all).all();
    this.#runs = keys.map((key) => this.#run(key));
    this.#count = countOf(this.#runs);
  }

  /** Erases what stands at `place` and behind it, as far as it was added there. */
  async eraseFrom(place: number): Promise<void> {
    await this.store.clear({ gte: this.#key({ from: place, count: 1 }), lt: this.#all.lt });
  }

  /** The first items, at most `limit`. */
  async oldest(limit: number): Promise<StoredItem[]> {
    const runs = firstRuns(this.#runs, limit);
    const [first] = runs;
    const last = runs.at(-1);
    if (!first || !last) return [];
    const range = { gte: this.#key(first), lte: this.#key(last) };
    const entries = await this.store.iterator(range).all();
    return entries.flatMap(([key, text]) => itemsOf(this.#run(key), text)).slice(0, limit);
  }

  /**
   * Adds and erases in one step that is done wholly or not at all, and outlives a power cut.
   * @param added behind all that is there, in ascending order
   * @param capacity how many may be there afterwards; past it the oldest go
   * @returns how many went for that
   */
  async change(
    added: readonly StoredItem[],
    erased: readonly Span[],
    capacity: number,
  ): Promise<number> {
    const erasedCount = this.#countIn(erased);
    const surplus = Math.max(0, this.#count - erasedCount + added.length - capacity);
    const gone = surplus > 0 ? [...erased, spanOfFirst(this.#runs, erased, surplus)] : erased;
    const reached = reaching(this.#runs, gone);
    const left = reached.flatMap((run) => without(run, gone));
    const whole = new Set(left);
    const lessened = reached.filter((run) => !whole.has(run));
    if (added.length + lessened.length === 0) return 0;

    const shortened = await this.#shortened(lessened, gone);
    const addedEntries = entriesOf(added);
    // A batch that is built step by step costs a fifth of one that is given as an array.
    const batch = this.store.batch();
    for (const run of lessened) batch.del(this.#key(run));
    for (const { run, text } of shortened) batch.put(this.#key(run), text);
    for (const { run, text } of addedEntries) batch.put(this.#key(run), text);
    await batch.write({ sync: true });

    const addedRuns = addedEntries.map(({ run }) => run);
    this.#runs = [...left, ...this.#runs.slice(reached.length), ...addedRuns];
    this.#count += added.length - erasedCount - surplus;
    return surplus;
  }

  #countIn(spans: readonly Span[]): number {
    const reached = reaching(this.#runs, spans);
    return countOf(reached) - countOf(reached.flatMap((run) => without(run, spans)));
  }

  /** What is left of `runs` where not all of a run goes. */
  async #shortened(runs: readonly Run[], gone: readonly Span[]): Promise<readonly RunEntry[]> {
    const entries: RunEntry[] = [];
    for (const run of runs) {
      const parts = without(run, gone);
      const lines = parts.length > 0 ? (await this.store.get(this.#key(run)))?.split('\n') : [];
      for (const part of parts) {
        const start = part.from - run.from;
        const text = lines?.slice(start, start + part.count).join('\n') ?? '';
        entries.push({ run: part, text });
      }
    }
    return entries;
  }

  #key({ from, count }: Run): string {
    const place = this.#prefix + from.toString(36).padStart(placeDigits, '0');
    return count === 1 ? place : `${place}.${count}`;
  }

  #run(key: string): Run {
    const [from = '', count = '1'] = key.slice(this.#prefix.length).split('.');
    return { from: Number.parseInt(from, 36), count: Number.parseInt(count, 10) };
  }
}

/** What one key holds. */
interface RunEntry {
  readonly run: Run;
  readonly text: string;
}

/** @param items in ascending order */
function entriesOf(items: readonly StoredItem[]): readonly RunEntry[] {
  const runs = runsOf(
    items.map(({ place }) => place),
    longestRun,
  );
  let next = 0;
  return runs.map((run) => {
    const texts = items.slice(next, next + run.count).map(({ text }) => text);
    next += run.count;
    return { run, text: texts.join('\n') };
  });
}

function itemsOf({ from, count }: Run, text: string): StoredItem[] {
  const lines = text.split('\n');
  return Array.from({ length: count }, (_, index) => ({
    place: from + index,
    text: lines[index] ?? '',
  }));
}
