import { readFileSync } from 'node:fs';

const launcher = new URL('../../scripts/package/blinky', import.meta.url);

/** What the package's launcher sets for the C library: `NAME=value`. */
export function launcherEnvironment(): readonly string[] {
  return readFileSync(launcher, 'utf8').match(/\bMALLOC_\w+=\w+/g) ?? [];
}

/** What the package's launcher tells Node: how large its heap may be, and how it is tidied up. */
export function launcherOptions(): readonly string[] {
  return readFileSync(launcher, 'utf8').match(/(?<=\s)--[a-z-]+(?:=\S+)?/g) ?? [];
}
