import type { AbstractIteratorOptions } from 'abstract-level';
import type { ClassicLevel } from 'classic-level';
import { isDamage } from './state-unavailable.ts';

/** The methods that read (abstract-level, README, "Private API For Implementors"). */
const readMethods = ['_get', '_getMany', '_has', '_hasMany'] as const;
const iteratorKinds = ['_iterator', '_keys', '_values'] as const;
const iteratorMethods = ['_next', '_nextv', '_all'] as const;

type Read = (...args: unknown[]) => Promise<unknown>;
type Iterator = Record<(typeof iteratorMethods)[number], Read>;
type Implementation = Record<(typeof readMethods)[number], Read> &
  Record<
    (typeof iteratorKinds)[number],
    (options: AbstractIteratorOptions<string, string>) => Iterator
  >;

/**
 * Calls `onDamage` once, when reading from `database` shows that it is damaged. LevelDB's iterators
 * skip a damaged block and only report it at the end, so nothing they returned can be used.
 */
export function watchReads(
  database: ClassicLevel<string, string>,
  onDamage: (error: unknown) => void,
): void {
  let reported = false;
  const watched =
    (read: Read): Read =>
    async (...args) => {
      try {
        return await read(...args);
      } catch (error) {
        if (!reported && isDamage(error)) {
          reported = true;
          onDamage(error);
        }
        throw error;
      }
    };
  const methods = database as unknown as Implementation;
  for (const name of readMethods) methods[name] = watched(methods[name].bind(database));
  for (const kind of iteratorKinds) {
    const create = methods[kind].bind(database);
    methods[kind] = (options) => {
      const iterator = create(options);
      for (const name of iteratorMethods) iterator[name] = watched(iterator[name].bind(iterator));
      return iterator;
    };
  }
}
