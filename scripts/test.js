// Runs test files with Node's own runner: `node scripts/test.js FOLDER_OR_FILE …`. Node 20 finds
// no TypeScript tests by itself. Two processes run at a time, and the files that need the whole
// machine one by one after them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

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
  console.error(`no tests found in ${wanted.join(', ')}`);
  process.exit(1);
}

/** Crowds of clients, whose tests say how fast they must be served meanwhile. */
const wholeMachine = [
  join('test', 'integration', 'broker', 'fencing'),
  join('test', 'integration', 'broker', 'floods'),
  join('test', 'integration', 'soak'),
  join('test', 'integration', 'strangers'),
];
const needsWholeMachine = (file) => wholeMachine.some((folder) => file.startsWith(folder));

/**
 * Unit tests share processes: starting one for each of 150 files took most of their time. A file
 * with hooks at its top has one to itself, for in a shared one they would be everybody's.
 */
const hooksAtTop = /^(?:before|after)(?:Each)?\(/m;
const sharesProcess = (file) =>
  file.startsWith(join('test', 'unit')) && !hooksAtTop.test(readFileSync(join(root, file), 'utf8'));
/** More than run at a time, so that a bug that ends a process takes fewer other tests along. */
const sharedProcesses = 4;

/** Writes files for the runner, each of which imports its share of `some`: all before any test runs. */
function batches(some, folder) {
  return Array.from({ length: Math.min(sharedProcesses, some.length) }, (_, batch) => {
    const share = some.filter((_, index) => index % sharedProcesses === batch);
    const file = join(folder, `batch-${batch + 1}.mjs`);
    const imports = share.map((one) => `import '${pathToFileURL(join(root, one))}';\n`);
    writeFileSync(file, imports.join(''));
    return file;
  });
}

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

const folder = mkdtempSync(join(tmpdir(), 'blinky-tests-'));
try {
  const shared = files.filter(sharesProcess);
  const alone = files.filter((file) => !shared.includes(file) && !needsWholeMachine(file));
  const together = run([...batches(shared, folder), ...alone], 2);
  const oneByOne = run(files.filter(needsWholeMachine), 1);
  process.exitCode = together && oneByOne ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
