import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const built = fileURLToPath(new URL('../../build/bench/', import.meta.url));

const sources = ['load/send-datagrams.c', 'load/mqtt-clients.c', 'peers/bare-relay.c'];

/** Compiles what is written in C; false where there is no C compiler. */
export function compilePrograms(): boolean {
  mkdirSync(built, { recursive: true });
  return sources.every((source) => {
    const program = compiledProgram(basename(source, '.c'));
    const { status } = spawnSync('cc', ['-O2', '-o', program, join(here, source)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return status === 0;
  });
}

/** Where a compiled program is. */
export const compiledProgram = (name: string): string => join(built, name);
