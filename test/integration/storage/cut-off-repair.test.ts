import assert from 'node:assert/strict';
import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Health } from '../../../src/health/health.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { RetryPauses } from '../../../src/platform/retry-pauses.ts';
import { salvage } from '../../../src/storage/salvage.ts';
import { copiesIn } from '../../../src/storage/set-aside.ts';
import { openState, State } from '../../../src/storage/state.ts';
import { filesOf, flip } from '../../support/damaged-database.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const createState = (context: TestContext, directory: string) => {
  const { log } = recordingLog();
  const health = new Health(systemClock, log).part('state');
  const retry = new RetryPauses(20, 100, Math.random);
  const state = new State({ directory, clock: systemClock, health, retry });
  context.after(() => state.close());
  return { state, health };
};

async function damagedDatabase(directory: string, value = 'kept'): Promise<void> {
  const database = await openState(directory);
  for (let index = 0; index < 50; index += 1) await database.put(`!history!${index}`, value);
  await database.close();
  const [log = ''] = filesOf(join(directory, 'db'), '.log');
  flip(log, Math.floor(statSync(log).size / 2));
}

for (const lastStep of [false, true]) {
  test(`a repair that was cut off ${lastStep ? 'before its last step is finished' : 'starts over'}`, async (context) => {
    const directory = temporaryFolder(context);
    const db = join(directory, 'db');
    await damagedDatabase(directory);
    await salvage(db, join(directory, 'db.repairing'));
    if (lastStep) renameSync(db, join(directory, 'db.damaged-2026-01-01T00-00-00Z'));
    const { state } = createState(context, directory);
    await state.open();
    assert.equal(await state.database?.get('!history!0'), 'kept');
    assert.equal(copiesIn(directory).length, 1);
    await state.close();
  });
}

test('a damaged database that another program has open is left alone', async (context) => {
  const directory = temporaryFolder(context);
  await damagedDatabase(directory);
  const owner = await openState(directory);
  context.after(() => owner.close());
  // Its own log is new; the damage is found by the other one.
  await owner.put('!history!new', 'a value that is not short'.repeat(20));
  await owner.put('!history!newer', 'a value');
  const [log = ''] = filesOf(join(directory, 'db'), '.log').slice(-1);
  flip(log, 100);
  const { state, health } = createState(context, directory);
  await state.open();
  assert.match(health.status.message, /is in use by another Blinky/);
  assert.deepEqual(copiesIn(directory), []);
  assert.equal(await owner.get('!history!newer'), 'a value');
  await state.close();
});

test('no room for the repair: reported, nothing is lost, and repaired when there is room', async (context) => {
  const disk = mountSmallDisk(context, 8);
  if (!disk) return;
  const directory = join(disk.folder, 'state');
  await damagedDatabase(directory, 'x'.repeat(10_000));
  disk.fill(8192);
  const { state, health } = createState(context, directory);
  await state.open();
  assert.match(health.status.message, /is full/);
  assert.equal(state.database, undefined);
  disk.makeRoom();
  await waitFor('the repaired database', () => state.database !== undefined);
  assert.match(health.status.message, /Kept: (48|49) entries of the page's history/);
  await state.close();
});
