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
  readonly limit?: number;
  readonly reverse?: boolean;
}

/** What the outbox needs of the database that the appliance's parts share (abstract-level). */
export interface Store {
  iterator(range: KeyRange): { all(): Promise<[string, string][]> };
  keys(range: KeyRange): {
    all(): Promise<string[]>;
    nextv(size: number): Promise<string[]>;
    close(): Promise<void>;
  };
  batch(): StoreBatch;
  clear(range: KeyRange): Promise<void>;
}

interface StoredText {
  readonly sequence: number;
  readonly text: string;
}

/** Enough digits for any whole number that JavaScript counts exactly, in base 36. */
const sequenceDigits = 11;

/** How many keys are counted in one go. */
const keysPerRead = 1000;

/**
 * The keys of one outbox in the shared database. They are laid out as a sublevel's are
 * (`!room!key`), but a sublevel object would not outlive the database's being opened anew.
 */
export class OutboxRoom {
  readonly store: Store;
  readonly #prefix: string;
  readonly #all: { readonly gte: string; readonly lt: string };
  /** No older key is in use: spares reading past the marks that erased keys leave behind. */
  #oldestKey: string;

  /** @param name letters, digits and hyphens */
  constructor(store: Store, name: string) {
    this.store = store;
    this.#prefix = `!${name}!`;
    // '"' is the character that follows '!'.
    this.#all = { gte: this.#prefix, lt: `!${name}"` };
    this.#oldestKey = this.#all.gte;
  }

  /** The number that follows the last one in use. */
  async end(): Promise<number> {
    const [last] = await this.store.keys({ ...this.#all, reverse: true, limit: 1 }).all();
    return last === undefined ? 0 : this.#sequence(last) + 1;
  }

  async count(): Promise<number> {
    const keys = this.store.keys(this.#all);
    let count = 0;
    try {
      for (;;) {
        const some = await keys.nextv(keysPerRead);
        if (some.length === 0) return count;
        count += some.length;
      }
    } finally {
      await keys.close();
    }
  }

  async oldest(limit: number): Promise<StoredText[]> {
    const range = { gte: this.#oldestKey, lt: this.#all.lt, limit };
    const entries = await this.store.iterator(range).all();
    this.#oldestKey = entries[0]?.[0] ?? this.#oldestKey;
    return entries.map(([key, text]) => ({ sequence: this.#sequence(key), text }));
  }

  /** The keys in use from `from` to `to`, both included, of every span. */
  async keysWithin(
    spans: readonly { readonly from: number; readonly to: number }[],
  ): Promise<Set<string>> {
    const found = new Set<string>();
    for (const { from, to } of spans) {
      const range = { gte: this.#key(from), lte: this.#key(to) };
      for (const key of await this.store.keys(range).all()) found.add(key);
    }
    return found;
  }

  /** The oldest keys that are not in `others`, at most `limit`. */
  async oldestKeysBeside(others: ReadonlySet<string>, limit: number): Promise<string[]> {
    const keys = await this.store
      .keys({ ...this.#all, gte: this.#oldestKey, limit: limit + others.size })
      .all();
    this.#oldestKey = keys[0] ?? this.#oldestKey;
    return keys.filter((key) => !others.has(key)).slice(0, limit);
  }

  /** Adds and erases in one step that is done wholly or not at all, and outlives a power cut. */
  async change(added: readonly StoredText[], erasedKeys: readonly string[]): Promise<void> {
    if (added.length + erasedKeys.length === 0) return;
    // A batch that is built step by step costs a fifth of one that is given as an array.
    const batch = this.store.batch();
    for (const key of erasedKeys) batch.del(key);
    for (const { sequence, text } of added) batch.put(this.#key(sequence), text);
    await batch.write({ sync: true });
  }

  async eraseFrom(sequence: number): Promise<void> {
    await this.store.clear({ gte: this.#key(sequence), lt: this.#all.lt });
  }

  #key(sequence: number): string {
    return this.#prefix + sequence.toString(36).padStart(sequenceDigits, '0');
  }

  #sequence(key: string): number {
    return Number.parseInt(key.slice(this.#prefix.length), 36);
  }
}
