import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf } from './errors.ts';

/**
 * Creates a folder, and any missing parents. Doesn't use `recursive` of `mkdirSync`, which loops
 * forever if the parent exists but no folder can be created in it (`/proc`; Node 20).
 */
export function makeFolder(folder: string, mode: number): void {
  const path = resolve(folder);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (isFolder(path)) return;
    const above = dirname(path);
    if (codeOf(error) !== 'ENOENT' || isFolder(above)) throw error;
    makeFolder(above, mode);
    mkdirSync(path, { mode });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
