import type { State } from './state.ts';

/** One key with its new value, or undefined to take it out. */
export type Change = readonly [key: string, value: string | undefined];

/**
 * The part of the state that belongs to one part of the appliance. Without a database everything
 * reads as empty and nothing is kept.
 *
 * Keys are laid out as a sublevel of the database lays them out (`!room!key`), without its object,
 * which would end with the database when that is opened anew after a fault.
 */
export class StateRoom {
  readonly #state: Pick<State, 'database'>;
  readonly #prefix: string;

  constructor(state: Pick<State, 'database'>, name: string) {
    this.#state = state;
    this.#prefix = `!${name}!`;
  }

  /** Whether there is a database at present. */
  get isThere(): boolean {
    return this.#state.database !== undefined;
  }

  async get(key: string): Promise<string | undefined> {
    return this.#state.database?.get(this.#prefix + key);
  }

  async put(key: string, value: string): Promise<void> {
    await this.#state.database?.put(this.#prefix + key, value);
  }

  /** Everything in the room, in the order of the keys; undefined without a database. */
  async entries(): Promise<[string, string][] | undefined> {
    const { database } = this.#state;
    if (!database) return undefined;
    // The character after `!` ends the range.
    const range = { gt: this.#prefix, lt: `${this.#prefix.slice(0, -1)}"` };
    const entries = await database.iterator(range).all();
    return entries.map(([key, value]) => [key.slice(this.#prefix.length), value]);
  }

  /**
   * What lies below `prefix`, in the order of the keys or in reverse, a little at a time; nothing
   * without a database.
   */
  async *stream(prefix: string, { reverse = false } = {}): AsyncGenerator<[string, string]> {
    const { database } = this.#state;
    if (!database) return;
    const start = this.#prefix + prefix;
    const end = start.slice(0, -1) + String.fromCharCode(start.charCodeAt(start.length - 1) + 1);
    for await (const [key, value] of database.iterator({ gte: start, lt: end, reverse })) {
      yield [key.slice(this.#prefix.length), value];
    }
  }

  /** Makes all changes or none; with `sync`, they outlive a power cut when it resolves. */
  async write(changes: readonly Change[], { sync = false } = {}): Promise<void> {
    const batch = this.#state.database?.batch();
    for (const [name, value] of changes) {
      const key = this.#prefix + name;
      if (value === undefined) batch?.del(key);
      else batch?.put(key, value);
    }
    await batch?.write({ sync });
  }
}
