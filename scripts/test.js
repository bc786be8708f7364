// Runs test files with Node's own runner: `node scripts/test.js FOLDER_OR_FILE …`. Node 20 finds
// no TypeScript tests by itself. The files run two at a time, and those that need the whole machine
// one by one after them.
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

/** Crowds of clients, whose tests say how fast they must be served meanwhile. */
const wholeMachine = [
  join('test', 'integration', 'strangers'),
  join('test', 'integration', 'soak'),
];
const needsWholeMachine = (file) => wholeMachine.some((folder) => file.startsWith(folder));

/** Runs files, so many at a time; whether all of them passed. */
function run(some, atATime) {
  if (some.length === 0) return true;
  const { status } = spawnSync(
    process.execPath,
    [
      '--import=tsx',
      '--test',
      '--test-reporter=spec',
      `--test-concurrency=${atATime}`,
      ...runnerOptions,
      ...some,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  return status === 0;
}

const together = run(
  files.filter((file) => !needsWholeMachine(file)),
  2,
);
const oneByOne = run(files.filter(needsWholeMachine), 1);
process.exit(together && oneByOne ? 0 : 1);
