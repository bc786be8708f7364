import { posix, win32 } from 'node:path';

/**
 * Returns the command that runs this program from a terminal in any folder, for people to copy.
 * `npx blinky` would not do: outside the checkout it downloads another package of that name.
 * @param mainFile path of the running main file: TypeScript in a checkout, compiled where installed
 */
export function commandNameFor(mainFile: string, platform: NodeJS.Platform): string {
  if (!mainFile.endsWith('.ts')) return 'blinky';
  const { dirname, join } = platform === 'win32' ? win32 : posix;
  return `node ${quoted(join(dirname(mainFile), '..', 'scripts', 'blinky.js'), platform)}`;
}

/** Quotes a path for the shell where it needs that: cmd and PowerShell, or a POSIX shell. */
function quoted(path: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return /^[\w:\\.-]+$/.test(path) ? path : `"${path}"`;
  return /^[\w/.-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
