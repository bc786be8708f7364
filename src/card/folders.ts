import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../platform/errors.ts';
import { writeNewFile } from '../platform/replace-file.ts';
import { type CardFile, mayHaveMeaning } from './card-files.ts';
import { otherName } from './other-names.ts';
import { richTextProblem } from './plain-text.ts';
import type { Place, Step } from './plan.ts';

/** The path of each place. */
export type Folders = Readonly<Record<Place, string>>;

/** Maximum size of a file that is read, bytes. */
const mostBytes = 256 * 1024;
/** Maximum number of files with other names that are read. */
const mostOtherFiles = 50;

/** Reads the files on the card that are meant for Blinky, or may be. */
export function readCard(folder: string): CardFile[] {
  const names = readdirSync(folder, { withFileTypes: true })
    // TextEdit saves text with pictures as a folder, and shows it as a file.
    .filter((entry) => entry.isFile() || (entry.isDirectory() && entry.name.includes('.')))
    // A request for a password is deleted once it is done; a folder is left alone.
    .filter((entry) => entry.isFile() || !/password/i.test(entry.name))
    .map(({ name }) => name);
  const ours = names.filter(mayHaveMeaning);
  const others = names.filter((name) => !mayHaveMeaning(name) && otherName(name));
  return [...ours, ...others.slice(0, mostOtherFiles)].map((name) => readCardFile(folder, name));
}

function readCardFile(folder: string, name: string): CardFile {
  const path = join(folder, name);
  const status = statSync(path);
  const problem = status.isDirectory() ? folderProblem(name) : sizeProblem(status.size);
  return {
    name,
    bytes: problem === undefined ? readFileSync(path) : new Uint8Array(),
    modifiedMs: status.mtimeMs,
    ...(problem !== undefined && { problem }),
  };
}

const folderProblem = (name: string) =>
  /\.rtfd$/i.test(name) ? richTextProblem : 'is a folder. Fix: put the file itself on the card';

const sizeProblem = (bytes: number) =>
  bytes > mostBytes ? 'is larger than 256 kB. Fix: save it as plain text' : undefined;

/** Reads the named files that exist; a damaged one is skipped. */
export function readState(folder: string, names: readonly string[]): Map<string, string> {
  const contents = new Map<string, string>();
  for (const name of names) {
    try {
      contents.set(name, readFileSync(join(folder, name), 'utf8'));
    } catch {
      // Missing or unreadable: it is written again from the card's files.
    }
  }
  return contents;
}

/** Executes a step; once this returns, it survives a power cut. @throws Error of the system */
export function takeStep({ place, file, content, mode }: Step, folders: Folders): void {
  const folder = folders[place];
  if (content === undefined) removeDurably(folder, file);
  else writeDurably(folder, file, content, mode);
  sync(folder);
}

/** Also wipes the content. */
function removeDurably(folder: string, file: string): void {
  const path = join(folder, file);
  const old = openIfThere(path);
  if (old === undefined) return;
  try {
    rmSync(path, { force: true });
    sync(folder);
    wipe(old);
  } finally {
    closeSync(old);
  }
}

/** Keeps the old content until the new one is safe on disk, then wipes it. */
function writeDurably(folder: string, file: string, content: string, mode?: number): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, file);
  // A short name, for which FAT needs no long-name entry.
  const part = join(folder, 'BLINKY.TMP');
  try {
    rmSync(part, { force: true });
    writeNewFile(part, content, { mode });
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  const old = openIfThere(path);
  try {
    renameSync(part, path);
    sync(folder);
    if (old !== undefined) wipe(old);
  } finally {
    if (old !== undefined) closeSync(old);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Overwrites a file: deleted data stays readable on a card for years, and it may be a password. */
function wipe(file: number): void {
  const { size } = fstatSync(file);
  writeFileSync(file, Buffer.alloc(size));
  fsyncSync(file);
}

function sync(folder: string): void {
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Remounts the card's partition as writable or read-only. */
export function remount(folder: string, access: 'rw' | 'ro'): void {
  execFileSync('mount', ['-o', `remount,${access}`, folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
