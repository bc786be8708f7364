// Prints the package's copyright file: our licence and that of every package it ships, read from
// the packages themselves (Debian's machine-readable format 1.0).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly version?: string; readonly license?: string }>
  >;
}
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;

/** Text of a licence file, as the format wants it: indented, empty lines as dots. */
const indented = (text: string) =>
  text
    .trim()
    .split(/\r?\n/)
    .map((line) => ` ${line.trim() === '' ? '.' : line.trimEnd()}`)
    .join('\n');

function licenceText(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  return file ? readFileSync(join(folder, file), 'utf8') : undefined;
}

const shipped = Object.entries(lock.packages)
  .filter(([path, { dev }]) => path.startsWith('node_modules/') && !dev)
  .map(([path, { version = '', license = 'see its text' }]) => ({
    name: path.replace(/^.*node_modules\//, ''),
    version,
    licence: license,
    text: /apache/i.test(license)
      ? 'The text of the Apache License, Version 2.0 is in /usr/share/common-licenses/Apache-2.0.'
      : licenceText(join(root, path)),
  }))
  .filter(({ text }) => text !== undefined);

const ours = readFileSync(join(root, 'LICENSE'), 'utf8');
process.stdout.write(`Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Blinky Light

Files: *
Copyright: 2026 The Blinky Light developers
License: MIT
${indented(ours)}

Files: /usr/lib/blinky/node_modules/rpio/*
Copyright: Jonathan Perkin, Mike McCauley
License: ISC and GPL-2.0
 rpio drives the pins through the chip's registers. The program loads it at run time, only where
 the driver rpio is chosen. Its complete source lies beside its binary, in
 /usr/lib/blinky/node_modules/rpio/src; the text of the GNU General Public License is in
 /usr/share/common-licenses/GPL-2.

${shipped
  .map(
    ({ name, version, licence, text = '' }) => `Files: ${name} ${version}
Copyright: see the text below
License: ${licence}
${indented(text)}
`,
  )
  .join('\n')}`);
