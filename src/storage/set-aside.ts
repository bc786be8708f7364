import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** How many copies of one kind are kept: the newest. */
const mostCopies = 2;
/**
 * Older copies are kept only while all together are not larger than this, bytes: the card has other
 * uses.
 */
export const mostCopyBytes = 64 * 1024 * 1024;

const copyName = /^(.+\.(?:damaged|set-aside))-\d{4}-\d\d-\d\dT[\d-]+Z(?:\.jsonl)?$/;

/** The name of a copy: its kind and when it was moved, e.g. `db.damaged-2026-01-31T12-00-00Z`. */
export function copyNameOf(kind: string, now: Date): string {
  return `${kind}-${now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')}`;
}

/** The copies in the state directory, oldest first. */
export function copiesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => copyName.test(name))
      .sort((one, other) => dateOf(one).localeCompare(dateOf(other)));
  } catch {
    return [];
  }
}

/**
 * Deletes the copies that exceed the limits: the oldest of each kind first.
 * @param justMade the copy that is kept, whatever its size and the date in its name
 * @returns the names of the deleted copies
 */
export function pruneCopies(directory: string, justMade?: string, most = mostCopies): string[] {
  const gone: string[] = [];
  const copies = copiesIn(directory).reverse();
  const newest = copies.filter((name) => name === justMade);
  const kept = new Map<string, { count: number; bytes: number }>();
  for (const name of [...newest, ...copies.filter((name) => name !== justMade)]) {
    const kind = copyName.exec(name)?.[1] ?? '';
    const before = kept.get(kind) ?? { count: 0, bytes: 0 };
    const sum = { count: before.count + 1, bytes: before.bytes + sizeOf(join(directory, name)) };
    if (name === justMade || (sum.count <= most && sum.bytes <= mostCopyBytes)) {
      kept.set(kind, sum);
      continue;
    }
    rmSync(join(directory, name), { recursive: true, force: true });
    gone.push(name);
  }
  return gone;
}

const dateOf = (name: string): string => /\d{4}-\d\d-\d\dT[\d-]+Z/.exec(name)?.[0] ?? '';

function sizeOf(path: string): number {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((bytes, name) => bytes + sizeOf(join(path, name)), 0);
}
