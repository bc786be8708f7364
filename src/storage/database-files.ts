import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../platform/errors.ts';
import { type Manifest, readManifest } from './leveldb/manifest.ts';

/** The files that a database should have, and those it has. */
export interface DatabaseFiles {
  /** Existing logs and tables that are in use, oldest first. */
  readonly logs: readonly string[];
  /** The log that may end in the middle of a write: the last one that isn't empty. */
  readonly lastLog: string | undefined;
  readonly tables: readonly { readonly name: string; readonly bytes: number | undefined }[];
  /** Problems of the files that list which others belong to the database. */
  readonly problems: readonly FileProblem[];
  /** The total size of the missing tables. */
  readonly missingBytes: number;
  /** Whether the list of files may be older than the files. */
  readonly mayBeMore: boolean;
}

/**
 * The files to read of a damaged database. If its manifest is older than the files, that is all of
 * them, since the sequence numbers of the entries show which apply.
 */
export function filesToSalvage(folder: string): DatabaseFiles {
  const files = databaseFiles(folder);
  if (!files.mayBeMore) return files;
  const names = readdirSync(folder).sort(byNumber);
  const sizes = new Map(files.tables.map(({ name, bytes }) => [name, bytes]));
  return {
    ...files,
    logs: names.filter((name) => logName.test(name)),
    tables: names
      .filter((name) => tableName.test(name))
      .map((name) => ({ name, bytes: sizes.get(name) })),
  };
}

/** Whether a missing file was deleted deliberately, as LevelDB does when nothing refers to it. */
export function wasRemoved(folder: string, file: string): boolean {
  const { tables, problems } = databaseFiles(folder);
  const names = [...tables.map(({ name }) => name), ...problems.map((problem) => problem.file)];
  return !names.some((name) => numberOf(name) === numberOf(file));
}

export interface FileProblem {
  readonly file: string;
  /** What is wrong with it, as text that follows its name. */
  readonly what: string;
}

const tableName = /^(\d+)\.(?:ldb|sst)$/;
const logName = /^(\d+)\.log$/;

/**
 * Finds out what belongs to the database in `folder`. If its manifest can't be read, all files are
 * included.
 */
export function databaseFiles(folder: string): DatabaseFiles {
  const names = existsSync(folder) ? readdirSync(folder).sort(byNumber) : [];
  const logs = names.filter((name) => logName.test(name));
  const tables = names.filter((name) => tableName.test(name));
  const isNew = ![...logs, ...tables, ...names].some(
    (name) => name === 'CURRENT' || name.startsWith('MANIFEST-') || /^\d+\./.test(name),
  );
  if (isNew) {
    const nothing = { logs: [], tables: [], problems: [], lastLog: undefined };
    return { ...nothing, missingBytes: 0, mayBeMore: false };
  }
  // LevelDB creates a log before the manifest names it, so after a kill there may be empty ones.
  const lastLog = logs.findLast((name) => sizeIfThere(join(folder, name)) > 0);
  const manifest = manifestIn(folder);
  if ('problem' in manifest) {
    // Killed while it was being created: CURRENT is written before any data.
    const wasBegun = manifest.problem.file === 'CURRENT' && !existsSync(join(folder, 'CURRENT'));
    const isEmpty = tables.length === 0 && lastLog === undefined;
    return {
      logs,
      lastLog,
      tables: tables.map((name) => ({ name, bytes: undefined })),
      problems: wasBegun && isEmpty ? [] : [manifest.problem],
      missingBytes: 0,
      mayBeMore: false,
    };
  }
  return { ...inUse(manifest, logs, tables), lastLog };
}

function inUse(
  manifest: Manifest,
  logs: readonly string[],
  tables: readonly string[],
): Omit<DatabaseFiles, 'lastLog'> {
  const found = new Map(tables.map((name) => [numberOf(name), name]));
  const problems: FileProblem[] = [];
  let missingBytes = 0;
  const used: { name: string; bytes: number }[] = [];
  for (const [number, bytes] of [...manifest.tables].sort(([one], [other]) => one - other)) {
    const name = found.get(number);
    if (name) used.push({ name, bytes });
    else {
      problems.push({ file: fileName(number, 'ldb'), what: 'is missing' });
      missingBytes += bytes;
    }
  }
  const usedLogs = logs.filter((name) => numberOf(name) >= manifest.logNumber);
  // LevelDB creates the log before the manifest names it, and deletes it afterwards. 0 means none.
  const expectsLog = manifest.logNumber > 0;
  if (expectsLog && !usedLogs.some((name) => numberOf(name) === manifest.logNumber)) {
    problems.push({ file: fileName(manifest.logNumber, 'log'), what: 'is missing' });
  }
  const mayBeMore = manifest.isCut || problems.length > 0;
  return { logs: usedLogs, tables: used, problems, missingBytes, mayBeMore };
}

function manifestIn(folder: string): Manifest | { readonly problem: FileProblem } {
  const current = readIfThere(join(folder, 'CURRENT'));
  if (!current) return { problem: { file: 'CURRENT', what: 'is missing' } };
  const name = /^(MANIFEST-\d+)\n$/.exec(current.toString('latin1'))?.[1];
  if (!name) return { problem: { file: 'CURRENT', what: 'is damaged' } };
  const bytes = readIfThere(join(folder, name));
  if (!bytes) return { problem: { file: name, what: 'is missing' } };
  return readManifest(bytes) ?? { problem: { file: name, what: 'is damaged' } };
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function sizeIfThere(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

const numberOf = (name: string): number => Number.parseInt(name, 10);

const byNumber = (one: string, other: string): number =>
  (numberOf(one) || 0) - (numberOf(other) || 0);

const fileName = (number: number, ending: string): string =>
  `${String(number).padStart(6, '0')}.${ending}`;

/** The sizes of the logs in `folder`, bytes. */
export function logSizes(folder: string): Readonly<Record<string, number>> {
  try {
    const names = readdirSync(folder).filter((name) => logName.test(name));
    return Object.fromEntries(names.map((name) => [name, statSync(join(folder, name)).size]));
  } catch {
    return {};
  }
}
