// Runs test files with Node's own runner: `node scripts/test.js FOLDER_OR_FILE …`. Node 20 finds
// no TypeScript tests by itself.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const runnerOptions = process.argv.slice(2).filter((argument) => argument.startsWith('--'));

const files = wanted.flatMap((place) =>
  statSync(join(root, place)).isDirectory()
    ? readdirSync(join(root, place), { recursive: true })
        .filter((file) => String(file).endsWith('.test.ts'))
        .map((file) => join(place, String(file)))
        .sort()
    : [place],
);
if (files.length === 0) {
  console.error(`there are no tests in ${wanted.join(', ')}`);
  process.exit(1);
}

const { status } = spawnSync(
  process.execPath,
  ['--import=tsx', '--test', '--test-reporter=spec', ...runnerOptions, ...files],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
