/** One key with its new value, or undefined to delete it. */
export type Change = readonly [key: string, value: string | undefined];

interface KeyRange {
  readonly gte: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
}

/** Changes that are made atomically. */
export interface DatabaseBatch {
  put(key: string, value: string): unknown;
  del(key: string): unknown;
  /** @param options.sync whether the changes must survive a power cut once this resolves */
  write(options: { readonly sync: boolean }): Promise<void>;
}

/** What namespaces need of the database that the parts of the appliance share (abstract-level). */
export interface Database {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
  iterator(
    range: KeyRange,
  ): AsyncIterable<[string, string]> & { all(): Promise<[string, string][]> };
  keys(range: KeyRange): { all(): Promise<string[]> };
  batch(): DatabaseBatch;
  clear(range: KeyRange): Promise<void>;
}

/** Where the database is, if there is one. */
export interface DatabaseSource {
  readonly database: Database | undefined;
}

/** Enough base-36 digits for any safe integer in JavaScript. */
const numberDigits = 11;

/** A whole number as a part of a key, padded so that keys sort by their numbers. */
export const numberInKey = (number: number): string =>
  number.toString(36).padStart(numberDigits, '0');

/**
 * The keys of one part of the appliance, in the layout of the database's sublevels (`!name!key`).
 * It doesn't use a sublevel object, which would become invalid when the database is reopened after
 * a fault.
 */
export function namespaceRange(name: string): { readonly gte: string; readonly lt: string } {
  // '"' is the character that follows '!'.
  return { gte: `!${name}!`, lt: `!${name}"` };
}

/**
 * The data of one part of the appliance in the database: its keys, without the part's name. Without
 * a database, reads return nothing and writes are discarded.
 */
export class Namespace {
  readonly #source: DatabaseSource;
  readonly #all: { readonly gte: string; readonly lt: string };
  readonly #prefix: string;

  /** @param name letters, digits and hyphens */
  constructor(source: DatabaseSource, name: string) {
    this.#source = source;
    this.#all = namespaceRange(name);
    this.#prefix = this.#all.gte;
  }

  /** Whether there is a database at present. */
  get isThere(): boolean {
    return this.#source.database !== undefined;
  }

  async get(key: string): Promise<string | undefined> {
    return this.#source.database?.get(this.#prefix + key);
  }

  async put(key: string, value: string): Promise<void> {
    await this.#source.database?.put(this.#prefix + key, value);
  }

  /** Every key, in order. */
  async keys(): Promise<string[]> {
    const keys = await this.#source.database?.keys(this.#all).all();
    return (keys ?? []).map((key) => key.slice(this.#prefix.length));
  }

  /** All entries, in key order; undefined without a database. */
  async entries(): Promise<[string, string][] | undefined> {
    return this.#entriesOf(this.#all);
  }

  /** The entries from one key to another, both included; undefined without a database. */
  async between(first: string, last: string): Promise<[string, string][] | undefined> {
    return this.#entriesOf({ gte: this.#prefix + first, lte: this.#prefix + last });
  }

  /**
   * The entries below `prefix`, in key order or reverse, a few at a time; nothing without a
   * database.
   */
  async *stream(prefix: string, { reverse = false } = {}): AsyncGenerator<[string, string]> {
    const { database } = this.#source;
    if (!database) return;
    const start = this.#prefix + prefix;
    const end = start.slice(0, -1) + String.fromCharCode(start.charCodeAt(start.length - 1) + 1);
    for await (const [key, value] of database.iterator({ gte: start, lt: end, reverse })) {
      yield [key.slice(this.#prefix.length), value];
    }
  }

  /** Makes all changes or none; with `sync`, they survive a power cut once this resolves. */
  async write(changes: readonly Change[], { sync = false } = {}): Promise<void> {
    // A chained batch costs a fifth of one that is passed as an array.
    const batch = this.#source.database?.batch();
    for (const [name, value] of changes) {
      const key = this.#prefix + name;
      if (value === undefined) batch?.del(key);
      else batch?.put(key, value);
    }
    await batch?.write({ sync });
  }

  /** Deletes a key and all that follow it. */
  async eraseFrom(key: string): Promise<void> {
    await this.#source.database?.clear({ gte: this.#prefix + key, lt: this.#all.lt });
  }

  async #entriesOf(range: KeyRange): Promise<[string, string][] | undefined> {
    const entries = await this.#source.database?.iterator(range).all();
    return entries?.map(([key, value]) => [key.slice(this.#prefix.length), value]);
  }
}
