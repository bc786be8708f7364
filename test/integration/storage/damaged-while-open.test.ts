import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Health } from '../../../src/health/health.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { RetryPauses } from '../../../src/platform/retry-pauses.ts';
import { Namespace } from '../../../src/storage/namespace.ts';
import { copiesIn } from '../../../src/storage/set-aside.ts';
import { openState, State } from '../../../src/storage/state.ts';
import { filesOf, flip } from '../../support/damaged-database.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const count = 2000;

/** An open database with its entries in a table. */
async function openWithTable(context: TestContext, clock = systemClock) {
  const directory = temporaryFolder(context);
  const made = await openState(directory);
  for (let index = 0; index < count; index += 1) {
    await made.put(`!broker!session/${index}`, `some text that repeats, some text ${index}`);
  }
  await made.compactRange('', '~');
  await made.close();
  const { log, lines } = recordingLog();
  const health = new Health(clock, log);
  const retry = new RetryPauses(20, 100, Math.random);
  const state = new State({ directory, clock, health: health.part('state'), retry });
  context.after(() => state.close());
  await state.open();
  assert.equal(health.part('state').status.state, 'ok');
  const [table = ''] = filesOf(join(directory, 'db'), '.ldb');
  const damage = () => flip(table, Math.floor(statSync(table).size / 2), 200);
  return { directory, state, status: () => health.part('state').status, damage, lines };
}

test('damage found by a read: the database is repaired and reopened automatically', async (context) => {
  const { directory, state, status, damage, lines } = await openWithTable(context);
  const namespace = new Namespace(state, 'broker');
  damage();
  // LevelDB skips the block, and fails at the end: nothing of a range can be used.
  await assert.rejects(namespace.entries(), /[Cc]orrupt/);
  await waitFor(
    'the repaired database',
    () => copiesIn(directory).length === 1 && namespace.isThere,
  );
  const entries = (await namespace.entries()) ?? [];
  assert.ok(entries.length < count && entries.length > count * 0.9, `${entries.length} entries`);
  assert.match(status().message, new RegExp(`Kept: ${entries.length} MQTT sessions. Lost: about`));
  assert.equal(status().state, 'fault');
  assert.ok(
    lines.some((line) => /is damaged \(Corruption/.test(line)),
    lines.join('\n'),
  );
  await namespace.put('session/new', 'kept');
  assert.equal(await namespace.get('session/new'), 'kept');
});

test('damage that has not been read yet is found within an hour, and is a fault for a day', async (context) => {
  const clock = new ManualClock();
  const { directory, state, status, damage } = await openWithTable(context, clock);
  damage();
  clock.advance(59 * 60_000);
  assert.equal(status().state, 'ok');
  clock.advance(60_000);
  await waitFor('the fault', () => status().state === 'fault');
  await waitFor('the repaired database', () => {
    clock.advance(100);
    return copiesIn(directory).length === 1 && state.database !== undefined;
  });
  assert.match(status().message, /damaged and has been repaired.*Lost: about/);
  clock.advance(23 * 60 * 60_000);
  assert.equal(status().state, 'fault');
  clock.advance(2 * 60 * 60_000);
  assert.equal(status().state, 'ok');
  assert.match(status().message, /^kept in .*; on 2026-11-23: the database was damaged and/);
});
