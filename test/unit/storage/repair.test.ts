import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { repairDatabase } from '../../../src/storage/repair.ts';
import { copiesIn } from '../../../src/storage/set-aside.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const older = 'db.damaged-2026-01-01T00-00-00Z';
const problems = [{ file: 'CURRENT', what: 'is missing' }];

/** A state directory with a database without CURRENT, and a copy of an earlier one. */
async function createDirectory(context: TestContext): Promise<string> {
  const directory = temporaryFolder(context);
  mkdirSync(join(directory, older));
  const database = new ClassicLevel(join(directory, 'db'));
  await database.open();
  await database.put('!history!1', 'kept');
  await database.close();
  rmSync(join(directory, 'db', 'CURRENT'));
  return directory;
}

test('a repair that fails for other reasons than lack of space keeps older copies', async (context) => {
  const directory = await createDirectory(context);
  const obstacle = join(directory, 'db', '000999.ldb');
  mkdirSync(obstacle);
  await assert.rejects(repairDatabase(directory, problems, new Date()), /EISDIR/);
  assert.deepEqual(copiesIn(directory), [older]);
  rmSync(obstacle, { recursive: true });
  const { message } = await repairDatabase(directory, problems, new Date());
  assert.match(message, /Kept: 1 entry of the page's history/);
});

for (const [code, text] of [
  ['ENOSPC', 'no space left on device'],
  ['EDQUOT', 'disk quota exceeded'],
] as const) {
  test(`a repair that fails with ${code}: older copies are deleted to make room`, async (context) => {
    const directory = await createDirectory(context);
    const batch = context.mock.method(ClassicLevel.prototype, 'batch', () => {
      batch.mock.restore();
      throw Object.assign(new Error(`IO error: 000003.log: ${text}`), { code: 'LEVEL_IO_ERROR' });
    });
    const { copy } = await repairDatabase(directory, problems, new Date());
    assert.deepEqual(copiesIn(directory), [copy]);
  });
}
