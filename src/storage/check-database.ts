import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { isMissing } from '../platform/errors.ts';
import { databaseFiles, type FileProblem, wasRemoved } from './database-files.ts';
import { readLog } from './leveldb/log-file.ts';
import { readTable } from './leveldb/table-file.ts';

export interface DatabaseReport {
  /** The number of files with data. */
  readonly files: number;
  readonly problems: readonly FileProblem[];
  /** Bytes of an incomplete last write, which is normal after a power cut. */
  readonly cutBytes: number;
}

/** How long checking may block the event loop before other work gets a turn, ms. */
const turnMs = 3;

/**
 * Checks every checksum of the database in `folder`, which must not be open. LevelDB could do so
 * itself (`paranoid_checks`), but classic-level can't turn that on: by default, LevelDB silently
 * skips damage in a log, and reads changed bytes of a table as if they were valid.
 * @param expectedLogs the known sizes of logs, bytes
 */
export async function checkDatabase(
  folder: string,
  expectedLogs: Readonly<Record<string, number>> = {},
): Promise<DatabaseReport> {
  const { logs, lastLog, tables, problems: first } = databaseFiles(folder);
  const problems = [...first];
  const isGone = (name: string, bytes: Buffer | Error) => {
    if (!isMissing(bytes)) return false;
    if (!wasRemoved(folder, name)) problems.push({ file: name, what: 'is missing' });
    return true;
  };
  for (const { name, bytes: expected } of tables) {
    const bytes = await contentsNow(join(folder, name));
    if (isGone(name, bytes)) continue;
    if (bytes instanceof Error) problems.push(unreadable(name, bytes));
    else if (expected !== undefined && bytes.length !== expected) {
      problems.push({ file: name, what: `has ${bytes.length} bytes instead of ${expected}` });
    } else problems.push(...(await tableProblems(name, bytes)));
  }
  let cutBytes = 0;
  for (const name of logs) {
    const bytes = await contentsNow(join(folder, name));
    if (isGone(name, bytes)) continue;
    if (bytes instanceof Error) {
      problems.push(unreadable(name, bytes));
      continue;
    }
    const { damaged, cut } = await badBytes(bytes);
    // Only the last write may be cut off.
    const lost = name === lastLog ? damaged : damaged + cut;
    const expected = expectedLogs[name] ?? 0;
    if (bytes.length < expected) {
      problems.push({ file: name, what: `has ${bytes.length} bytes instead of ${expected}` });
    } else if (lost > 0) problems.push({ file: name, what: `has ${lost} damaged bytes` });
    else cutBytes += cut;
  }
  return { files: tables.length + logs.length + first.length, problems, cutBytes };
}

/**
 * Checks a database that may be open, whose files come and go meanwhile: what one pass finds
 * damaged and the next doesn't was only being written.
 */
export async function checkDatabaseInUse(folder: string): Promise<DatabaseReport> {
  let report = await checkDatabase(folder);
  for (let look = 1; look < 3 && report.problems.length > 0; look += 1) {
    await pause(50);
    const again = await checkDatabase(folder);
    const files = new Set(again.problems.map(({ file }) => file));
    report = { ...again, problems: report.problems.filter(({ file }) => files.has(file)) };
  }
  return report;
}

async function tableProblems(file: string, bytes: Buffer): Promise<FileProblem[]> {
  const takeTurns = turns();
  let blocks = 0;
  let damaged = 0;
  let lookupDamaged = false;
  for (const piece of readTable(bytes)) {
    if (piece.kind === 'damage' && piece.what === 'index') {
      return [{ file, what: 'has a damaged index' }];
    }
    if (piece.kind === 'damage' && piece.what === 'lookup') lookupDamaged = true;
    else blocks += 1;
    if (piece.kind === 'damage' && piece.what === 'block') damaged += 1;
    await takeTurns();
  }
  if (damaged > 0) return [{ file, what: `has ${damaged} of ${blocks} blocks damaged` }];
  return lookupDamaged ? [{ file, what: 'has a damaged filter' }] : [];
}

async function badBytes(log: Buffer): Promise<{ damaged: number; cut: number }> {
  const takeTurns = turns();
  let damaged = 0;
  let cut = 0;
  for (const piece of readLog(log)) {
    if (piece.kind === 'damage') damaged += piece.bytes;
    if (piece.kind === 'cut') cut += piece.bytes;
    await takeTurns();
  }
  return { damaged, cut };
}

/** Waits for the next turn of the event loop if this one was long enough. */
export function turns(): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    if (performance.now() - began < turnMs) return undefined;
    return nextTurn().then(() => {
      began = performance.now();
    });
  };
}

/** Data that the card can't return is damage as well; any other error is thrown. */
export async function contents(file: string): Promise<Buffer | Error> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EIO') return error;
    throw error;
  }
}

/** The same for a file that may have been deleted since its folder was listed. */
async function contentsNow(file: string): Promise<Buffer | Error> {
  try {
    return await contents(file);
  } catch (error) {
    if (error instanceof Error && isMissing(error)) return error;
    throw error;
  }
}

const unreadable = (file: string, error: Error): FileProblem => ({
  file,
  what: `can't be read (${error.message})`,
});
