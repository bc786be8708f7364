import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { crc32c, masked } from '../../../../src/storage/leveldb/crc32c.ts';
import { batchEntries, blockEntries, tableEntry } from '../../../../src/storage/leveldb/entry.ts';
import { type LogPiece, readLog } from '../../../../src/storage/leveldb/log-file.ts';
import { readManifest } from '../../../../src/storage/leveldb/manifest.ts';
import { unpackSnappy } from '../../../../src/storage/leveldb/snappy.ts';
import { readTable, unpackedBlock } from '../../../../src/storage/leveldb/table-file.ts';
import { filesOf } from '../../../support/damaged-database.ts';
import { seededRandom } from '../../../support/random.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** Entries of all sizes: some repetitive, some incompressible, one longer than a block. */
function someEntries(): Map<string, string> {
  const random = seededRandom(7);
  const entries = new Map<string, string>();
  for (let index = 0; index < 500; index += 1) {
    const noise = Array.from({ length: 1 + Math.floor(random() * 20) }, () =>
      random().toString(36),
    );
    entries.set(
      `!room!${String(index).padStart(4, '0')}`,
      noise.join(index % 2 ? 'ab'.repeat(9) : ''),
    );
  }
  entries.set('!room!large', 'x'.repeat(100_000));
  return entries;
}

/** A database as LevelDB itself writes it. */
async function createDatabase(context: TestContext): Promise<{
  folder: string;
  entries: Map<string, string>;
}> {
  const folder = join(temporaryFolder(context), 'db');
  const entries = someEntries();
  const database = new ClassicLevel(folder);
  await database.open();
  for (const [key, value] of entries) await database.put(key, value);
  await database.close();
  return { folder, entries };
}

const onlyFile = (folder: string, ending: string | RegExp): Buffer =>
  readFileSync(filesOf(folder, ending)[0] ?? '');

const records = (pieces: readonly LogPiece[]): Buffer[] =>
  pieces.flatMap((piece) => (piece.kind === 'record' ? [piece.data] : []));

/** The contents of a table, and what of it is damaged. */
function readAll(bytes: Buffer) {
  const pieces = [...readTable(bytes)];
  const entries = pieces.flatMap((piece) =>
    piece.kind === 'block'
      ? [...blockEntries(unpackedBlock(bytes, piece.handle))].map(tableEntry)
      : [],
  );
  return { pieces, entries, damage: pieces.filter(({ kind }) => kind === 'damage') };
}

const changed = (bytes: Buffer, offset: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(offset) ^ 0x10, offset);
  return copy;
};

test('checksums match RFC 3720 (B.4), and can be computed in steps', () => {
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  assert.equal(crc32c(Buffer.from(Array.from({ length: 32 }, (_, index) => index))), 0x46dd794e);
  const digits = Buffer.from('123456789');
  assert.equal(crc32c(digits), 0xe3069283);
  assert.equal(crc32c(digits, 5, 9, crc32c(digits, 0, 5)), 0xe3069283);
  assert.notEqual(masked(1), masked(2));
});

test('Snappy: repetitions are decompressed, invalid data is rejected', () => {
  // "abc", then ten bytes from three back.
  const packed = Buffer.from([13, 2 << 2, 97, 98, 99, ((10 - 4) << 2) | 1, 3]);
  assert.equal(unpackSnappy(packed).toString(), 'abcabcabcabca');
  assert.throws(() => unpackSnappy(Buffer.from([13, 2 << 2, 97])), RangeError);
  assert.throws(() => unpackSnappy(Buffer.from([4, ((10 - 4) << 2) | 1, 3])), RangeError);
  assert.throws(() => unpackSnappy(Buffer.from([255, 255, 255, 255, 15])), RangeError);
});

test('a LevelDB log is read completely, including records over several blocks', async (context) => {
  const { folder, entries } = await createDatabase(context);
  const pieces = [...readLog(onlyFile(folder, '.log'))];
  const read = records(pieces).flatMap((record) => [...batchEntries(record)]);
  assert.equal(read.length, pieces.length);
  assert.deepEqual(new Map(read.map(({ key, value }) => [String(key), String(value)])), entries);
});

test('a log: damage costs one record, and is distinguished from a cut-off end', async (context) => {
  const { folder, entries } = await createDatabase(context);
  const log = onlyFile(folder, '.log');
  for (const offset of [0, 4, 6, 5000, 40_000]) {
    const pieces = [...readLog(changed(log, offset))];
    assert.equal(records(pieces).length, entries.size - 1, `at ${offset}`);
    assert.equal(pieces.filter(({ kind }) => kind === 'damage').length, 1, `at ${offset}`);
  }
  const cut = [...readLog(log.subarray(0, log.length - 3))];
  assert.equal(records(cut).length, entries.size - 1);
  assert.equal(cut.at(-1)?.kind, 'cut');
  const withZeros = [...readLog(Buffer.concat([log, Buffer.alloc(50)]))];
  assert.equal(records(withZeros).length, entries.size);
  assert.deepEqual(withZeros.at(-1), { kind: 'cut', offset: log.length, bytes: 50 });
  // Complete in length, so not cut off.
  assert.equal([...readLog(changed(log, log.length - 2))].at(-1)?.kind, 'damage');
  assert.deepEqual([...readLog(Buffer.alloc(0))], []);
});

test('a LevelDB table is read completely; any changed byte is found', async (context) => {
  const { folder, entries } = await createDatabase(context);
  const database = new ClassicLevel(folder);
  await database.open();
  await database.compactRange('', '~');
  await database.close();
  const table = onlyFile(folder, '.ldb');
  const { entries: read, damage } = readAll(table);
  assert.deepEqual(damage, []);
  assert.deepEqual(new Map(read.map(({ key, value }) => [String(key), String(value)])), entries);

  const random = seededRandom(3);
  for (let round = 0; round < 200; round += 1) {
    // The footer: at most eight bytes of handles, then padding, then the magic number of a table.
    const offset = Math.floor(random() * (table.length - 48));
    assert.equal(readAll(changed(table, offset)).damage.length, 1, `at ${offset}`);
  }
});

test('a table without index or end: every undamaged block from the start is read', async (context) => {
  const { folder, entries } = await createDatabase(context);
  const database = new ClassicLevel(folder);
  await database.open();
  await database.compactRange('', '~');
  await database.close();
  const table = onlyFile(folder, '.ldb');
  const noFooter = readAll(changed(table, table.length - 1));
  assert.equal(noFooter.entries.length, entries.size);
  assert.deepEqual(noFooter.damage, [{ kind: 'damage', what: 'index', bytes: 0 }]);
  const half = readAll(table.subarray(0, table.length / 2));
  assert.ok(half.entries.length > entries.size / 4 && half.entries.length < entries.size);
  assert.equal(readAll(Buffer.alloc(0)).entries.length, 0);
  assert.equal(
    readAll(Buffer.from('no table at all, but longer than its footer would be')).entries.length,
    0,
  );
});

test('a manifest names the log and the tables in use; a damaged one is rejected', async (context) => {
  const { folder } = await createDatabase(context);
  const database = new ClassicLevel(folder);
  await database.open();
  await database.compactRange('', '~');
  await database.close();
  const bytes = onlyFile(folder, /^MANIFEST/);
  const manifest = readManifest(bytes);
  const [table = ''] = filesOf(folder, '.ldb');
  assert.deepEqual(
    [...(manifest?.tables ?? [])],
    [[Number.parseInt(table.slice(-10), 10), readFileSync(table).length]],
  );
  const [log = ''] = filesOf(folder, '.log');
  assert.equal(manifest?.logNumber, Number.parseInt(log.slice(-10), 10));
  assert.equal(readManifest(changed(bytes, 12)), undefined);
  assert.equal(readManifest(Buffer.alloc(0)), undefined);
});
