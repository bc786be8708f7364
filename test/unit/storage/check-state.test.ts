import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Finding } from '../../../src/health/finding.ts';
import { checkStored } from '../../../src/storage/check-state.ts';
import { StartGuard } from '../../../src/storage/start-guard.ts';
import { openState } from '../../../src/storage/state.ts';
import { filesOf, flip } from '../../support/damaged-database.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function findings(directory: string): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const finding of checkStored(directory)) all.push(finding);
  return all;
}

async function createDatabase(context: TestContext) {
  const directory = temporaryFolder(context);
  const database = await openState(directory);
  await database.put('!broker!session/a', 'some text '.repeat(100));
  return { directory, database };
}

test('a database in use is checked without being opened', async (context) => {
  const { directory, database } = await createDatabase(context);
  context.after(() => database.close());
  assert.deepEqual(await findings(directory), [
    { name: 'Database', result: 'ok', text: '1 file checked' },
  ]);
  // Still open, and still the owner's.
  await database.put('!broker!session/b', 'more');
  await assert.rejects(openState(directory), /in use by another Blinky/);
});

test('nothing has been stored yet', async (context) => {
  const [finding] = await findings(join(temporaryFolder(context), 'none'));
  assert.equal(finding?.text, 'none yet');
});

test('a damaged file is reported by name, with a remedy', async (context) => {
  const { directory, database } = await createDatabase(context);
  await database.put('!broker!session/b', 'more');
  await database.close();
  const [log = ''] = filesOf(join(directory, 'db'), '.log');
  flip(log, Math.floor(statSync(log).size / 2));
  const [finding] = await findings(directory);
  assert.equal(finding?.result, 'fault');
  assert.match(finding?.text ?? '', /damaged: \d+\.log has \d+ damaged bytes/);
  assert.match(finding?.remedy ?? '', /Restart Blinky/);
});

test('copies and failed starts are reported', async (context) => {
  const directory = temporaryFolder(context);
  mkdirSync(join(directory, 'db.damaged-2026-11-26T12-00-00Z'));
  for (let start = 0; start < 3; start += 1) {
    const guard = new StartGuard({
      directory,
      clock: new ManualClock(),
      memoryInUse: () => 0,
      namespaceOf: () => undefined,
    });
    guard.begin();
    guard.crashed();
  }
  const [, copy, starts] = await findings(directory);
  assert.match(copy?.text ?? '', /^db\.damaged-2026-11-26T12-00-00Z was set aside/);
  assert.match(copy?.remedy ?? '', /Delete .*if you don't need it/);
  assert.equal(starts?.text, '2 consecutive starts failed');
});
