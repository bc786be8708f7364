import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a database whose names end so, oldest first, with their whole path. */
export function filesOf(database: string, ending: string | RegExp): string[] {
  const pattern = typeof ending === 'string' ? new RegExp(`\\${ending}$`) : ending;
  return readdirSync(database)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(database, name));
}

/** Changes so many bytes of a file, as a card does that fails. */
export function flip(file: string, offset: number, count = 3): void {
  const bytes = readFileSync(file);
  for (let index = offset; index < offset + count; index += 1) {
    bytes[index] = (bytes[index] ?? 0) ^ 0x55;
  }
  writeFileSync(file, bytes);
}
