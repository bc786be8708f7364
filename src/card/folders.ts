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

/** The largest file that is read, bytes. */
const mostBytes = 256 * 1024;
/** More files under other names than anybody has put there for this program. */
const mostOtherFiles = 50;

/** Reads the files on the card that may have a meaning, or may be meant for one that has. */
export function readCard(folder: string): CardFile[] {
  const names = readdirSync(folder, { withFileTypes: true })
    // TextEdit makes a folder of a text with pictures, and shows it as a file.
    .filter((entry) => entry.isFile() || (entry.isDirectory() && entry.name.includes('.')))
    // A request for a password is deleted once it was granted.
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
  bytes > mostBytes ? 'is larger than 256 kB. Fix: write it as plain text' : undefined;

/** Reads those of the named files that are there; a damaged one is as good as none. */
export function readState(folder: string, names: readonly string[]): Map<string, string> {
  const contents = new Map<string, string>();
  for (const name of names) {
    try {
      contents.set(name, readFileSync(join(folder, name), 'utf8'));
    } catch {
      // Not there yet, or unreadable: what the card says now is kept anew.
    }
  }
  return contents;
}

/** Takes a step; when this returns, it outlives a power cut. Throws what the system says. */
export function takeStep({ place, file, content, mode }: Step, folders: Folders): void {
  const folder = folders[place];
  if (content === undefined) removeDurably(folder, file);
  else writeDurably(folder, file, content, mode);
  sync(folder);
}

/** What was in it is wiped out, too. */
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

/** The old content stays until the new one is safe on disk; then it is wiped out. */
function writeDurably(folder: string, file: string, content: string, mode?: number): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, file);
  // A name that FAT can hold without a long one beside it.
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

/** What was deleted can be read from a card for years: a password must not be. */
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

/** Mounts the card's partition anew, so that it can be written, or no longer. */
export function remount(folder: string, access: 'rw' | 'ro'): void {
  execFileSync('mount', ['-o', `remount,${access}`, folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
