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
  /** What is kept. */
  readonly read: Tally;
  /** What stood in damaged blocks: as many entries as their neighbours have, so about. */
  readonly lost: Tally;
  /** Damaged bytes of which nobody can know what they held. */
  readonly unknownBytes: number;
}

/** So much is written at a time, bytes. */
const writeBytes = 256 * 1024;

/**
 * Reads every record of the database in `folder` whose checksum is right, and writes the newest of
 * each key into a new database in `target`. Not LevelDB's own repair (`ClassicLevel.repair`): that
 * one checks no checksum, so that it keeps changed bytes as if they were the contents, and does not
 * say what it left out. In memory are the keys and one file at a time.
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
      // An entry that stands in a log and in a table is counted once.
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

/** Counts what the database in `folder` holds, as far as it can be read. */
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

/** Others have their turn meanwhile: the lights, say, of an appliance that is repaired as it runs. */
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
        // The checksum was right, so LevelDB itself wrote it; but it is not to be understood.
        if (!(error instanceof RangeError)) throw error;
        loss.unknownBytes += piece.handle.size;
      }
    } else if (piece.block) lost.push(piece.block);
    else if (piece.what === 'index') loss.unknownBytes += piece.bytes;
  }
  for (const { handle, lastKey } of lost) {
    const keys = keysInDamaged(bytes, handle);
    for (const key of keys) loss.lost.add(key);
    // Without a key the block has about as many entries as its neighbours.
    if (keys.length === 0) loss.lost.add(withoutCount(lastKey), Math.max(1, count / (blocks || 1)));
  }
}

/** Which keys a damaged block seems to have held: good enough to say what is lost, not to use it. */
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

/** Of how many events the entries are is not known of those that are lost. */
const withoutCount = (key: Buffer): string => key.toString().replace(/\.\d+$/, '');
