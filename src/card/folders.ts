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
import { writeNewFile } from '../replace-file.ts';
import { type CardFile, mayHaveMeaning } from './card-files.ts';
import type { Place, Step } from './plan.ts';

/** The path of each place. */
export type Folders = Readonly<Record<Place, string>>;

/** The largest file that is read, bytes; larger ones are none of ours. */
const mostBytes = 256 * 1024;

/** Reads the files on the card that may have a meaning. */
export function readCard(folder: string): CardFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && mayHaveMeaning(entry.name))
    .map(({ name }) => ({ name, ...statSync(join(folder, name)) }))
    .filter(({ size }) => size <= mostBytes)
    .map(({ name, mtimeMs }) => ({
      name,
      bytes: readFileSync(join(folder, name)),
      modifiedMs: mtimeMs,
    }));
}

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
  if (content === undefined) rmSync(join(folder, file), { force: true });
  else writeDurably(folder, file, content, mode);
  sync(folder);
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

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Mounts the card's partition anew, so that it can be written, or no longer. */
export function remount(folder: string, access: 'rw' | 'ro'): void {
  execFileSync('mount', ['-o', `remount,${access}`, folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
