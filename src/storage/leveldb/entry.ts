import { Cursor } from './cursor.ts';

/** One write of one key. */
export interface StoredEntry {
  readonly key: Buffer;
  /** Undefined if the key was deleted. */
  readonly value: Buffer | undefined;
  /** Of two entries for a key, the higher one applies. */
  readonly sequence: number;
}

const deletion = 0;

/** The entries of one log record: a batch of writes (db/write_batch.cc). */
export function* batchEntries(record: Buffer): Generator<StoredEntry> {
  const cursor = new Cursor(record);
  const sequence = cursor.fixed64();
  const count = cursor.fixed32();
  for (let index = 0; index < count; index += 1) {
    const isDeletion = cursor.byte() === deletion;
    const key = cursor.string();
    yield { key, value: isDeletion ? undefined : cursor.string(), sequence: sequence + index };
  }
}

/** The entries of one block of a table, with their keys as stored (doc/table_format.md). */
export function* blockEntries(block: Buffer): Generator<{ key: Buffer; value: Buffer }> {
  yield* entriesBetween(block, 0, endOfEntries(block));
}

/** At most this many entries per restart point, including the entry at it (LevelDB's default). */
const restartInterval = 16;

/**
 * The keys of a damaged block, as far as they can be read. Each restart point starts with a full
 * key, so damage only reaches to the next one; until then the last key is used for all entries.
 */
export function guessedKeys(block: Buffer): Buffer[] {
  const end = endOfEntries(block);
  const starts: number[] = [];
  for (let at = end; at < block.length - 4; at += 4) starts.push(block.readUInt32LE(at));
  const keys: Buffer[] = [];
  for (const [index, start] of starts.entries()) {
    const before = keys.length;
    try {
      for (const { key } of entriesBetween(block, start, starts[index + 1] ?? end)) keys.push(key);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const last = keys.at(-1);
      const missing = restartInterval - (keys.length - before);
      if (last) for (let count = 0; count < missing; count += 1) keys.push(last);
    }
  }
  return keys;
}

function endOfEntries(block: Buffer): number {
  if (block.length < 4) throw new RangeError('unexpected end');
  const end = block.length - 4 - block.readUInt32LE(block.length - 4) * 4;
  if (end < 0) throw new RangeError('not a table block');
  return end;
}

function* entriesBetween(
  block: Buffer,
  start: number,
  end: number,
): Generator<{ key: Buffer; value: Buffer }> {
  const cursor = new Cursor(block, start, Math.min(end, block.length));
  let key = Buffer.alloc(0);
  while (!cursor.atEnd) {
    const shared = cursor.varint();
    const unshared = cursor.varint();
    const valueLength = cursor.varint();
    if (shared > key.length) throw new RangeError('shared key prefix too long');
    key = Buffer.concat([key.subarray(0, shared), cursor.bytes(unshared)]);
    yield { key, value: cursor.bytes(valueLength) };
  }
}

/** An entry of a table: its stored key is the key followed by its type and sequence number. */
export function tableEntry({ key, value }: { key: Buffer; value: Buffer }): StoredEntry {
  const length = key.length - 8;
  if (length < 0) throw new RangeError('key too short');
  const isDeletion = key[length] === deletion;
  const high = key.readUInt32LE(length + 4);
  const sequence = (key.readUInt32LE(length) >>> 8) + high * 2 ** 24;
  return { key: key.subarray(0, length), value: isDeletion ? undefined : value, sequence };
}
