// Runs tests and says how much of the program they ran, folder by folder:
// `node scripts/coverage.js [FOLDER_OR_FILE …]`, by default all unit tests. What is counted is V8's
// own record: characters of JavaScript, without types and comments. Programs that a test starts
// count as well, unless they are bundled or killed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tests = process.argv.slice(2);
const shownFiles = 10;

/** Which characters of a file ran: 1 for each that did. @type {Map<string, Uint8Array>} */
const ran = new Map();

const records = mkdtempSync(join(tmpdir(), 'blinky-coverage-'));
try {
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'scripts/test.js'), ...(tests.length > 0 ? tests : ['test/unit'])],
    { stdio: 'inherit', env: { ...process.env, NODE_V8_COVERAGE: records } },
  );
  process.exitCode = status ?? 1;
  for (const name of readdirSync(records)) {
    for (const script of JSON.parse(readFileSync(join(records, name), 'utf8')).result) add(script);
  }
} finally {
  rmSync(records, { recursive: true });
}
print();

/** Adds what one process ran of one file. */
function add({ url, functions }) {
  const file = fileOf(url);
  if (file === undefined) return;
  const length = Math.max(...functions.map(({ ranges }) => ranges[0].endOffset));
  const here = new Uint8Array(length);
  // What is inside comes after what is around it, and says more.
  for (const { startOffset, endOffset, count } of functions.flatMap(({ ranges }) => ranges)) {
    here.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  const before = ran.get(file);
  // The same file compiled in another way can't be compared; the first counts.
  if (before && before.length !== length) return;
  ran.set(file, before ? here.map((one, index) => one | before[index]) : here);
}

/** The path of a file of the program, below the root; nothing for any other. */
function fileOf(url) {
  if (!url.startsWith('file:')) return undefined;
  const file = relative(root, fileURLToPath(url.replace(/\?.*/, '')));
  return /^(?:src|hardware)\/.*\.ts$/.test(file) ? file : undefined;
}

function print() {
  const rows = new Map();
  for (const [file, characters] of ran) {
    const row = { files: 0, ran: 0, of: 0 };
    const totals = rows.get(dirname(file)) ?? row;
    rows.set(dirname(file), totals);
    totals.files += 1;
    totals.of += characters.length;
    totals.ran += sum(characters);
  }
  console.log(`\n${'folder'.padEnd(32)} files  code run`);
  for (const [folder, { files, ...code }] of [...rows].sort()) {
    console.log(`${folder.padEnd(32)} ${String(files).padStart(5)}  ${percent(code)}`);
  }
  const all = [...rows.values()];
  const total = { ran: sum(all.map((row) => row.ran)), of: sum(all.map((row) => row.of)) };
  console.log(`${'together'.padEnd(32)} ${String(ran.size).padStart(5)}  ${percent(total)}`);

  const left = [...ran]
    .map(([file, characters]) => ({ file, ran: sum(characters), of: characters.length }))
    .sort((one, other) => other.of - other.ran - (one.of - one.ran));
  console.log('\nleast covered:');
  for (const one of left.slice(0, shownFiles)) console.log(`${percent(one)}  ${one.file}`);
  const neverLoaded = ['src', 'hardware']
    .flatMap((top) =>
      readdirSync(join(root, top), { recursive: true }).map((one) => join(top, one)),
    )
    .filter((file) => /\.ts$/.test(file) && !/\.d\.ts$/.test(file) && !ran.has(file));
  console.log(`\n${neverLoaded.length} files were never loaded (those with types only never are)`);
}

/** @param {Iterable<number>} values */
function sum(values) {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function percent({ ran: part, of: whole }) {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`.padStart(8);
}
