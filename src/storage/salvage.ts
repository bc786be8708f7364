import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { contents, turns } from './check-database.ts';
import { filesToSalvage } from './database-files.ts';
import {
  batchEntries,
  blockEntries,
  guessedKeys,
  type StoredEntry,
  tableEntry,
} from './leveldb/entry.ts';
import { readLog } from './leveldb/log-file.ts';
import { type Handle, readTable, unpackedBlock } from './leveldb/table-file.ts';
import { Tally } from './tally.ts';

export interface Salvaged {
  /** What was kept. */
  readonly read: Tally;
  /**
   * What the damaged blocks contained: estimated from the number of entries in their neighbours.
   */
  readonly lost: Tally;
  /** Damaged bytes with unknown contents. */
  readonly unknownBytes: number;
}

/** How much is written at a time, bytes. */
const writeBytes = 256 * 1024;

/**
 * Reads every record with a correct checksum from the database in `folder`, and writes the newest
 * one of each key to a new database in `target`. LevelDB's own repair (`ClassicLevel.repair`) isn't
 * used, because it checks no checksums, so it keeps changed bytes as if they were valid, and
 * doesn't report what it left out. Holds the keys and one file at a time in memory.
 */
export async function salvage(folder: string, target: string): Promise<Salvaged> {
  const loss = { lost: new Tally(), unknownBytes: 0 };
  const newest = new Map<string, number>();
  for await (const { key, sequence } of entries(folder, loss)) {
    const name = key.toString('latin1');
    if (sequence >= (newest.get(name) ?? -1)) newest.set(name, sequence);
  }
  rmSync(target, { recursive: true, force: true });
  const database = new ClassicLevel<Buffer, Buffer>(target, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });
  await database.open();
  const read = new Tally();
  try {
    let batch = database.batch();
    let bytes = 0;
    for await (const { key, value, sequence } of entries(folder)) {
      const name = key.toString('latin1');
      // An entry that is in a log and in a table is counted once.
      if (newest.get(name) !== sequence || !newest.delete(name) || value === undefined) continue;
      batch.put(key, value);
      read.add(key.toString());
      bytes += key.length + value.length;
      if (bytes < writeBytes) continue;
      await batch.write();
      batch = database.batch();
      bytes = 0;
    }
    await batch.write({ sync: true });
  } finally {
    await database.close();
  }
  return { read, ...loss };
}

/** Counts what the database in `folder` contains, as far as it can be read. */
export async function survey(folder: string): Promise<Tally> {
  const newest = new Map<string, { sequence: number; isThere: boolean }>();
  for await (const { key, value, sequence } of entries(folder)) {
    const name = key.toString();
    if (sequence < (newest.get(name)?.sequence ?? -1)) continue;
    newest.set(name, { sequence, isThere: value !== undefined });
  }
  const tally = new Tally();
  for (const [key, { isThere }] of newest) if (isThere) tally.add(key);
  return tally;
}

async function* entries(
  folder: string,
  loss: { readonly lost: Tally; unknownBytes: number } = { lost: new Tally(), unknownBytes: 0 },
): AsyncGenerator<StoredEntry> {
  const { tables, logs, lastLog, missingBytes } = filesToSalvage(folder);
  loss.unknownBytes += missingBytes;
  const takeTurns = turns();
  for (const { name, bytes: expected } of tables) {
    const bytes = await contents(join(folder, name));
    const length = Buffer.isBuffer(bytes) ? bytes.length : 0;
    loss.unknownBytes += Math.max(0, (expected ?? length) - length);
    if (Buffer.isBuffer(bytes)) yield* inTurns(entriesOfTable(bytes, loss), takeTurns);
    await nextTurn();
  }
  for (const name of logs) {
    const bytes = await contents(join(folder, name));
    if (Buffer.isBuffer(bytes)) {
      yield* inTurns(entriesOfLog(bytes, loss, name === lastLog), takeTurns);
    }
    await nextTurn();
  }
}

/**
 * Lets other work run in between: an appliance that repairs its database still drives its lights.
 */
async function* inTurns(
  entries: Iterable<StoredEntry>,
  takeTurns: () => Promise<void> | undefined,
): AsyncGenerator<StoredEntry> {
  for (const entry of entries) {
    yield entry;
    const turn = takeTurns();
    if (turn) await turn;
  }
}

function* entriesOfTable(
  bytes: Buffer,
  loss: { readonly lost: Tally; unknownBytes: number },
): Generator<StoredEntry> {
  const lost: { readonly handle: Handle; readonly lastKey: Buffer }[] = [];
  let blocks = 0;
  let count = 0;
  for (const piece of readTable(bytes)) {
    if (piece.kind === 'block') {
      blocks += 1;
      try {
        for (const entry of blockEntries(unpackedBlock(bytes, piece.handle))) {
          count += 1;
          yield tableEntry(entry);
        }
      } catch (error) {
        // The checksum is correct, so LevelDB wrote this; but it can't be decoded.
        if (!(error instanceof RangeError)) throw error;
        loss.unknownBytes += piece.handle.size;
      }
    } else if (piece.block) lost.push(piece.block);
    else if (piece.what === 'index') loss.unknownBytes += piece.bytes;
  }
  for (const { handle, lastKey } of lost) {
    const keys = keysInDamaged(bytes, handle);
    for (const key of keys) loss.lost.add(key);
    // Without a key, assume that the block has about as many entries as its neighbours.
    if (keys.length === 0) loss.lost.add(withoutCount(lastKey), Math.max(1, count / (blocks || 1)));
  }
}

/**
 * The keys that a damaged block seems to have contained: good enough to report the loss, not to
 * use.
 */
function keysInDamaged(bytes: Buffer, handle: Handle): string[] {
  try {
    return guessedKeys(unpackedBlock(bytes, handle))
      .map((key) => key.subarray(0, -8).toString())
      .filter((key) => /^![a-z-]+![^\uFFFD]*$/.test(key));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function* entriesOfLog(
  bytes: Buffer,
  loss: { unknownBytes: number },
  isNewest: boolean,
): Generator<StoredEntry> {
  for (const piece of readLog(bytes)) {
    if (piece.kind === 'damage' || (piece.kind === 'cut' && !isNewest)) {
      loss.unknownBytes += piece.bytes;
    }
    if (piece.kind !== 'record') continue;
    try {
      yield* batchEntries(piece.data);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      loss.unknownBytes += piece.data.length;
    }
  }
}

/** An entry may hold several events; for lost entries the number is unknown. */
const withoutCount = (key: Buffer): string => key.toString().replace(/\.\d+$/, '');
