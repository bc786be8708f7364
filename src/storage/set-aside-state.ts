import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { messageOf } from '../platform/errors.ts';
import type { Loss } from './losses.ts';
import { namespaceRange } from './namespace.ts';
import { databaseFolder } from './repair.ts';
import { survey } from './salvage.ts';
import { copyNameOf, mostCopyBytes, pruneCopies } from './set-aside.ts';
import { Tally } from './tally.ts';

/** How many entries are read and written at a time. */
const chunk = 100;

/**
 * Moves one namespace out of the database into a separate file, one line of JSON per entry.
 * @returns a description of what was moved; undefined if there was nothing
 */
export async function setNamespaceAside(
  database: ClassicLevel<string, string>,
  { directory, namespace, failures, now }: SetAsideOptions & { readonly namespace: string },
): Promise<Omit<Loss, 'at'> | undefined> {
  const range = namespaceRange(namespace);
  const copy = `${copyNameOf(`${namespace}.set-aside`, now)}.jsonl`;
  const moved = new Tally();
  const file = new CopyFile(join(directory, copy));
  const iterator = database.iterator(range);
  try {
    for (;;) {
      const entries = await iterator.nextv(chunk);
      if (entries.length === 0) break;
      for (const [key] of entries) moved.add(key);
      file.write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    }
  } finally {
    await iterator.close();
    file.close();
  }
  await database.clear(range);
  // Also remove it from the log, where a later start would still find it.
  await database.compactRange(range.gte, range.lt);
  if (moved.isEmpty) {
    rmSync(join(directory, copy), { force: true });
    return undefined;
  }
  pruneCopies(directory, copy);
  return inWords(failures, String(moved), file.fault ? undefined : copy, directory, file.fault);
}

/** Moves the whole database aside, so that the next open starts with an empty one. */
export async function setDatabaseAside({
  directory,
  failures,
  now,
}: SetAsideOptions): Promise<Omit<Loss, 'at'> | undefined> {
  const folder = join(directory, databaseFolder);
  if (!existsSync(folder)) return undefined;
  const copy = copyNameOf(`${databaseFolder}.set-aside`, now);
  rmSync(join(directory, copy), { recursive: true, force: true });
  renameSync(folder, join(directory, copy));
  const moved = await survey(join(directory, copy));
  pruneCopies(directory, copy);
  return inWords(failures, `the whole database (${moved})`, copy, directory, '');
}

interface SetAsideOptions {
  readonly directory: string;
  /** How many starts have failed. */
  readonly failures: number;
  readonly now: Date;
}

function inWords(
  failures: number,
  moved: string,
  copy: string | undefined,
  directory: string,
  fault: string,
): Omit<Loss, 'at'> {
  const kept = copy ? `The copy is ${join(directory, copy)}` : `No copy was kept: ${fault}`;
  return {
    message: `${failures} consecutive starts failed, so this data was set aside: ${moved}`,
    remedy: `${kept}. Check the log for why the starts failed, and report it`,
    ...(copy && { copy }),
  };
}

/** A file that is limited to the space for copies; a full disk is no reason to fail. */
class CopyFile {
  /** Why the copy is incomplete; empty if it is complete. */
  fault = '';
  readonly #path: string;
  #file: number | undefined;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
    this.#try(() => {
      this.#file = openSync(path, 'w', 0o600);
    });
  }

  write(text: string): void {
    if (this.fault || this.#file === undefined) return;
    const bytes = Buffer.from(text);
    this.#bytes += bytes.length;
    if (this.#bytes > mostCopyBytes) {
      this.fault = 'too large';
      return;
    }
    this.#try(() => {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file ?? -1, bytes, done);
    });
  }

  close(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#try(() => fsyncSync(file));
    closeSync(file);
    if (this.fault) rmSync(this.#path, { force: true });
  }

  #try(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fault ||= messageOf(error);
    }
  }
}
