/** One key with its new value, or undefined to take it out. */
export type Change = readonly [key: string, value: string | undefined];

interface KeyRange {
  readonly gte: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
}

/** Changes that are made together: all of them or none. */
export interface DatabaseBatch {
  put(key: string, value: string): unknown;
  del(key: string): unknown;
  /** @param options.sync whether the changes are to survive a power cut when it resolves */
  write(options: { readonly sync: boolean }): Promise<void>;
}

/** What namespaces need of the database that the appliance's parts share (abstract-level). */
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

/** Where the database is, while there is one. */
export interface DatabaseSource {
  readonly database: Database | undefined;
}

/** Enough digits for any whole number that JavaScript counts exactly, in base 36. */
const numberDigits = 11;

/** A whole number as a part of a key, in which keys are in the order of their numbers. */
export const numberInKey = (number: number): string =>
  number.toString(36).padStart(numberDigits, '0');

/**
 * The keys of one part of the appliance, laid out as a sublevel of the database lays them out
 * (`!name!key`). There is no sublevel object, which would end with the database when that is opened
 * again after a fault.
 */
export function namespaceRange(name: string): { readonly gte: string; readonly lt: string } {
  // '"' is the character that follows '!'.
  return { gte: `!${name}!`, lt: `!${name}"` };
}

/**
 * What one part of the appliance has in the database: its keys, without the name of the part. Without
 * a database everything reads as empty and nothing is kept.
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

  /** Everything, in the order of the keys; undefined without a database. */
  async entries(): Promise<[string, string][] | undefined> {
    return this.#entriesOf(this.#all);
  }

  /** What is from one key to another, both included; undefined without a database. */
  async between(first: string, last: string): Promise<[string, string][] | undefined> {
    return this.#entriesOf({ gte: this.#prefix + first, lte: this.#prefix + last });
  }

  /**
   * What is below `prefix`, in the order of the keys or in reverse, a little at a time; nothing
   * without a database.
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

  /** Makes all changes or none; with `sync`, they survive a power cut when it resolves. */
  async write(changes: readonly Change[], { sync = false } = {}): Promise<void> {
    // A batch that is built step by step costs a fifth of one that is given as an array.
    const batch = this.#source.database?.batch();
    for (const [name, value] of changes) {
      const key = this.#prefix + name;
      if (value === undefined) batch?.del(key);
      else batch?.put(key, value);
    }
    await batch?.write({ sync });
  }

  /** Erases a key and all that come after it. */
  async eraseFrom(key: string): Promise<void> {
    await this.#source.database?.clear({ gte: this.#prefix + key, lt: this.#all.lt });
  }

  async #entriesOf(range: KeyRange): Promise<[string, string][] | undefined> {
    const entries = await this.#source.database?.iterator(range).all();
    return entries?.map(([key, value]) => [key.slice(this.#prefix.length), value]);
  }
}
