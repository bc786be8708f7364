import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { checkDatabase } from '../../../src/storage/check-database.ts';
import { salvage, survey } from '../../../src/storage/salvage.ts';
import { filesOf } from '../../support/damaged-database.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const count = 3000;

/** Writes all keys again, to an open database. */
async function writeAll(database: ClassicLevel<string, string>, value: string): Promise<void> {
  const batch = database.batch();
  for (let index = 0; index < count; index += 1) batch.put(`!history!${index}`, value);
  await batch.write();
}

/** A database with its older values in a table and the newer ones in the log. */
async function createDatabase(context: TestContext): Promise<string> {
  const folder = join(temporaryFolder(context), 'db');
  const database = new ClassicLevel(folder);
  await database.open();
  await writeAll(database, 'old');
  await database.compactRange('', '~');
  await writeAll(database, 'new');
  await database.del('!history!0');
  await database.close();
  return folder;
}

/** What can be salvaged of it. */
async function salvaged(context: TestContext, folder: string): Promise<Map<string, string>> {
  const target = join(temporaryFolder(context), 'salvaged');
  await salvage(folder, target);
  const database = new ClassicLevel(target);
  await database.open();
  const entries = new Map(await database.iterator().all());
  await database.close();
  return entries;
}

const keys = Array.from({ length: count - 1 }, (_, index) => `!history!${index + 1}`).sort();
const expected = new Map(keys.map((key) => [key, 'new']));

test('if the last record of the manifest is lost, tables that it does not name are read', async (context) => {
  const folder = await createDatabase(context);
  const before = readFileSync(filesOf(folder, /^MANIFEST/)[0] ?? '');
  // Opening converts the log into a table, and records that in a new manifest.
  const database = new ClassicLevel(folder);
  await database.open();
  await database.close();
  const [manifest = ''] = filesOf(folder, /^MANIFEST/);
  writeFileSync(manifest, Buffer.concat([before, Buffer.alloc(100)]));
  const { problems } = await checkDatabase(folder);
  assert.deepEqual(
    problems.map(({ what }) => what),
    ['is missing'],
  );
  assert.deepEqual(await salvaged(context, folder), expected);
});

test('if a table named in the manifest is missing, the others are read, newest entry first', async (context) => {
  const folder = await createDatabase(context);
  const kept = join(temporaryFolder(context), 'kept');
  cpSync(folder, kept, { recursive: true });
  const database = new ClassicLevel(folder);
  await database.open();
  await database.compactRange('', '~');
  await database.close();
  // The card lost the merged table, and its sources still exist.
  for (const file of filesOf(folder, '.ldb')) rmSync(file);
  for (const file of [...filesOf(kept, '.ldb'), ...filesOf(kept, '.log')]) {
    cpSync(file, join(folder, file.slice(kept.length + 1)));
  }
  assert.deepEqual(await salvaged(context, folder), expected);
});

test('files that a complete manifest does not name are not read', async (context) => {
  const folder = await createDatabase(context);
  const [table = ''] = filesOf(folder, '.ldb');
  const copy = join(temporaryFolder(context), '000005.ldb');
  cpSync(table, copy);
  const database = new ClassicLevel(folder);
  await database.open();
  await database.clear();
  await database.compactRange('', '~');
  await database.close();
  cpSync(copy, join(folder, '000005.ldb'));
  assert.equal((await salvaged(context, folder)).size, 0);
});

test('other work gets its turn while a large table is read', async (context) => {
  const folder = join(temporaryFolder(context), 'db');
  const database = new ClassicLevel(folder);
  await database.open();
  for (let round = 0; round < 10; round += 1) {
    const batch = database.batch();
    for (let index = 0; index < count; index += 1) batch.put(`!history!${round}-${index}`, 'a');
    await batch.write();
  }
  await database.compactRange('', '~');
  await database.close();
  const began = performance.now();
  let last = began;
  let longest = 0;
  const onTurn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    timer = setImmediate(onTurn);
  };
  let timer = setImmediate(onTurn);
  context.after(() => clearImmediate(timer));
  await survey(folder);
  const whole = performance.now() - began;
  assert.ok(longest < whole / 2, `${longest} of ${whole} ms`);
});
