import type { ClassicLevel } from 'classic-level';

/** The methods that perform writes (abstract-level, README, "Private API For Implementors"). */
const writeMethods = ['_put', '_del', '_batch', '_clear'] as const;

type Write = (...args: unknown[]) => Promise<void>;

/** abstract-level's types leave out what is meant for implementors. */
type Implementation = Record<(typeof writeMethods)[number], Write> & {
  _chainedBatch(): { _write: Write };
};

/**
 * Calls `onFailure` once, when a write of `database` fails, and refuses every write after it.
 * LevelDB's log is incomplete where a write failed (for example, on a full disk). Later writes to
 * the same log seem to succeed, but are skipped when the database is next opened; so it must be
 * reopened before anything is written again.
 */
export function watchWrites(
  database: ClassicLevel<string, string>,
  onFailure: (error: unknown) => void,
): void {
  let torn = false;
  const refuse = () => {
    throw new Error('the database must be reopened after a failed write');
  };
  const watched =
    (write: Write): Write =>
    async (...args) => {
      if (torn) refuse();
      try {
        await write(...args);
      } catch (error) {
        if (!torn) onFailure(error);
        torn = true;
        throw error;
      }
      // It ran concurrently with the write that failed, and may come after the incomplete record.
      if (torn) refuse();
    };
  const methods = database as unknown as Implementation;
  for (const name of writeMethods) methods[name] = watched(methods[name].bind(database));
  const createBatch = methods._chainedBatch.bind(database);
  methods._chainedBatch = () => {
    const batch = createBatch();
    batch._write = watched(batch._write.bind(batch));
    return batch;
  };
}
