import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { codeOf } from '../platform/errors.ts';
import type { FileProblem } from './database-files.ts';
import type { Loss } from './losses.ts';
import { type Salvaged, salvage } from './salvage.ts';
import { copiesIn, copyNameOf, pruneCopies } from './set-aside.ts';
import { isOutOfRoom } from './state-unavailable.ts';

/** The database, below the state directory. */
export const databaseFolder = 'db';
/** Where the new one is created before it replaces the damaged one. */
const newFolder = 'db.repairing';

/** Finishes a repair that was cut off: completes its last step, or discards it to start over. */
export function finishRepair(directory: string): void {
  const made = join(directory, newFolder);
  if (!existsSync(made)) return;
  const folder = join(directory, databaseFolder);
  // The damaged one was moved away only once the new one was complete.
  if (existsSync(folder)) rmSync(made, { recursive: true, force: true });
  else renameSync(made, folder);
}

/**
 * Throws LevelDB's error if another process has the database open. Changes nothing: with these
 * options no database is ever opened, whether it exists or not.
 */
export async function refuseIfInUse(directory: string): Promise<void> {
  const probe = new ClassicLevel(join(directory, databaseFolder), {
    createIfMissing: false,
    errorIfExists: true,
  });
  try {
    await probe.open();
  } catch (error) {
    if (error instanceof Error && codeOf(error.cause) === 'LEVEL_LOCKED') throw error;
  } finally {
    await probe.close();
  }
}

/**
 * Replaces the damaged database with a new one that has everything that can be read; the damaged
 * one is kept as a copy. The database must not be open.
 * @returns a description of what was lost
 */
export async function repairDatabase(
  directory: string,
  problems: readonly FileProblem[],
  now: Date,
): Promise<Omit<Loss, 'at'>> {
  const folder = join(directory, databaseFolder);
  const made = join(directory, newFolder);
  const salvaged = await salvageWithRoom(directory, folder, made);
  const copy = copyNameOf(`${databaseFolder}.damaged`, now);
  rmSync(join(directory, copy), { recursive: true, force: true });
  renameSync(folder, join(directory, copy));
  renameSync(made, folder);
  const message = inWords(problems, salvaged);
  note(join(directory, copy), message);
  pruneCopies(directory, copy);
  return {
    message,
    remedy: `A failing SD card is the usual cause: replace it if this happens again. The damaged database is kept in ${join(directory, copy)}; delete it if you don't need it`,
    copy,
  };
}

/** On a full disk, older copies are deleted to make room. */
async function salvageWithRoom(directory: string, folder: string, to: string): Promise<Salvaged> {
  try {
    return await salvage(folder, to);
  } catch (error) {
    rmSync(to, { recursive: true, force: true });
    if (!isOutOfRoom(error) || copiesIn(directory).length === 0) throw error;
    pruneCopies(directory, undefined, 0);
    return await salvage(folder, to);
  }
}

/** For the person who finds the copy; on a full disk the log and the page must do. */
function note(copy: string, message: string): void {
  try {
    writeFileSync(join(copy, 'what-was-lost.txt'), `${message}\n`);
  } catch {
    // The log has the same text.
  }
}

function inWords(problems: readonly FileProblem[], salvaged: Salvaged): string {
  const { read, lost, unknownBytes } = salvaged;
  const found = problems.slice(0, 5).map(({ file, what }) => `${file} ${what}`);
  if (problems.length > 5) found.push(`${problems.length - 5} more damaged files`);
  const losses = [
    ...(lost.isEmpty ? [] : [`about ${lost}`]),
    ...(unknownBytes > 0 ? [`the contents of ${unknownBytes} unreadable bytes`] : []),
    ...(problems.some(({ file, what }) => /\.log$/.test(file) && /missing|instead/.test(what))
      ? ['an unknown number of the latest changes']
      : []),
  ];
  return `the database was damaged and has been repaired (${found.join('; ')}). Kept: ${read}. Lost: ${
    losses.join(', ') || 'nothing'
  }`;
}
