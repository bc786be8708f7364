import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { checkDatabase, checkDatabaseInUse } from '../../../src/storage/check-database.ts';
import { crc32c, masked } from '../../../src/storage/leveldb/crc32c.ts';
import { readManifest } from '../../../src/storage/leveldb/manifest.ts';
import { filesOf } from '../../support/damaged-database.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A database with 100 entries in its log. */
async function createDatabase(context: TestContext): Promise<string> {
  const folder = join(temporaryFolder(context), 'db');
  const database = new ClassicLevel(folder);
  await database.open();
  for (let index = 0; index < 100; index += 1) await database.put(`!history!${index}`, 'a value');
  await database.close();
  return folder;
}

const logOf = (folder: string): string => filesOf(folder, '.log')[0] ?? '';

function addLog(folder: string, number: number): void {
  writeFileSync(join(folder, `${String(number).padStart(6, '0')}.log`), '');
}

test('a cut-off log followed by empty ones is not damage', async (context) => {
  const folder = await createDatabase(context);
  const log = logOf(folder);
  truncateSync(log, statSync(log).size - 5);
  // Opening was killed twice after creating the log and before naming it.
  addLog(folder, 1005);
  addLog(folder, 1007);
  const { problems, cutBytes } = await checkDatabase(folder);
  assert.deepEqual(problems, []);
  assert.ok(cutBytes > 0);
  const database = new ClassicLevel(folder);
  await database.open();
  assert.equal((await database.keys().all()).length, 99);
  await database.close();
});

test('a cut-off log followed by one with contents is damage', async (context) => {
  const folder = await createDatabase(context);
  const log = logOf(folder);
  copyFileSync(log, join(folder, '001005.log'));
  addLog(folder, 1007);
  truncateSync(log, statSync(log).size - 5);
  const { problems } = await checkDatabase(folder);
  assert.match(problems[0]?.what ?? '', /has \d+ damaged bytes/);
  assert.equal(problems.length, 1);
});

test('a database whose first opening was killed at any step is new', async (context) => {
  const made = await createDatabase(context);
  const named = join(temporaryFolder(context), 'db');
  // What LevelDB writes first (db/db_impl.cc, NewDB): comparator, log 0, next file 2, sequence 0.
  const comparator = Buffer.from('leveldb.BytewiseComparator');
  const edit = Buffer.from([1, comparator.length, ...comparator, 2, 0, 3, 2, 4, 0]);
  const record = Buffer.concat([Buffer.alloc(6), Buffer.from([1]), edit]);
  record.writeUInt32LE(masked(crc32c(record, 6, record.length)), 0);
  record.writeUInt16LE(edit.length, 4);
  assert.deepEqual(readManifest(record), { logNumber: 0, tables: new Map(), isCut: false });
  mkdirSync(named);
  const steps = [
    () => writeFileSync(join(named, 'LOCK'), ''),
    () => writeFileSync(join(named, 'MANIFEST-000001'), ''),
    () => writeFileSync(join(named, 'MANIFEST-000001'), record),
    () => writeFileSync(join(named, '000001.dbtmp'), 'MANIFEST-000001\n'),
    () => addLog(named, 3),
    () => rmSync(logOf(named)),
    () => writeFileSync(join(named, 'CURRENT'), 'MANIFEST-000001\n'),
    () => addLog(named, 3),
  ];
  for (const step of steps) {
    step();
    assert.deepEqual((await checkDatabase(named)).problems, []);
  }
  const database = new ClassicLevel(named);
  await database.open();
  await database.close();
  // A database with data is not new.
  rmSync(join(made, 'CURRENT'));
  assert.deepEqual((await checkDatabase(made)).problems, [{ file: 'CURRENT', what: 'is missing' }]);
});

test('a log that is known to have had contents and is empty is damage, even without CURRENT', async (context) => {
  const folder = await createDatabase(context);
  rmSync(join(folder, 'CURRENT'));
  truncateSync(logOf(folder), 0);
  assert.deepEqual((await checkDatabase(folder)).problems, []);
  const name = logOf(folder).slice(folder.length + 1);
  const { problems } = await checkDatabase(folder, { [name]: 1000 });
  assert.deepEqual(problems, [{ file: name, what: 'has 0 bytes instead of 1000' }]);
});

/** Runs `action` before each read of a file, and then reads it. */
function beforeReading(context: TestContext, action: (file: string) => Promise<void>): void {
  const { readFile } = fsPromises;
  context.mock.method(fsPromises, 'readFile', async (file: string) => {
    await action(file);
    return readFile(file);
  });
  syncBuiltinESMExports();
  context.after(() => {
    context.mock.restoreAll();
    syncBuiltinESMExports();
  });
}

test('tables that are replaced during the check are not damage', async (context) => {
  const folder = await createDatabase(context);
  const database = new ClassicLevel(folder);
  await database.open();
  context.after(() => database.close());
  let replaced = 0;
  beforeReading(context, async (file) => {
    if (!file.endsWith('.ldb') || replaced > 10) return;
    replaced += 1;
    await database.put('!history!0', String(replaced));
    await database.compactRange('', '~');
  });
  await database.compactRange('', '~');
  assert.deepEqual((await checkDatabaseInUse(folder)).problems, []);
  assert.ok(replaced > 0);
});

test('a table that was removed from an open database is reported by name', async (context) => {
  const folder = await createDatabase(context);
  const database = new ClassicLevel(folder);
  await database.open();
  context.after(() => database.close());
  await database.compactRange('', '~');
  const [table = ''] = filesOf(folder, '.ldb');
  beforeReading(context, async (file) => {
    if (file === table) rmSync(file, { force: true });
  });
  const { problems } = await checkDatabaseInUse(folder);
  assert.deepEqual(problems, [{ file: table.slice(folder.length + 1), what: 'is missing' }]);
});
