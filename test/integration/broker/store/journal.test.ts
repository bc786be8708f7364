// Changes that anonymous clients can't pay for do not wait in memory for a write that never
// happens.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Party } from '../../../../src/access/fair-shares.ts';
import { Journal } from '../../../../src/broker/store/journal.ts';
import { WriteBudget } from '../../../../src/broker/store/write-budget.ts';
import { systemClock } from '../../../../src/platform/clock.ts';
import { silentLog } from '../../../../src/platform/log.ts';
import { RetryPauses } from '../../../../src/platform/retry-pauses.ts';
import { openState } from '../../../../src/storage/state.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const bytesPerHour = 80_000;
const stranger = { party: { key: '10.0.0.66', standing: 'stranger' } as Party };
const lamp = { party: { key: '10.0.0.7', standing: 'known' } as Party };

async function openJournal(context: TestContext): Promise<Journal> {
  const database = await openState(temporaryFolder(context));
  context.after(() => database.close());
  const journal = new Journal({
    state: { database },
    namespace: 'broker',
    select: async () => [],
    onLoad: () => {},
    budgets: {
      messages: new WriteBudget(bytesPerHour, systemClock),
      sessions: new WriteBudget(bytesPerHour, systemClock),
    },
    clock: systemClock,
    log: silentLog,
    retry: new RetryPauses(20, 20, () => 0.5),
  });
  await journal.open();
  context.after(() => journal.close());
  return journal;
}

test('waiting changes of anonymous clients are limited to what can be written at once; others have room', async (context) => {
  const journal = await openJournal(context);
  const keys = Array.from({ length: 10_000 }, (_, number) => `queued/${number}`);
  for (const key of keys) journal.put(key, '{"qos":1}', 'lazy', stranger);
  journal.put('queued/lamp', '{"qos":1}', 'lazy', lamp);
  journal.put('queued/anna', '{"qos":1}', 'lazy');
  const waiting = keys.filter((key) => journal.mayHold(key));
  // A quarter is for unknown addresses, of which half may come at once; each takes about 80 bytes.
  assert.ok(waiting.length > 10 && waiting.length < bytesPerHour / 4 / 2 / 70, `${waiting.length}`);
  assert.ok(journal.mayHold('queued/lamp') && journal.mayHold('queued/anna'));
  await journal.written();
  assert.ok(journal.mayHold('queued/lamp') && journal.mayHold('queued/anna'), 'both are on disk');
});

test('a change that could not be paid for deletes the older value, unless that is better than none', async (context) => {
  const journal = await openJournal(context);
  journal.put('queued/1', 'old', 'promised');
  journal.put('session/1', 'old', 'promised');
  await journal.written();
  const tooMuch = 'x'.repeat(bytesPerHour);
  journal.put('queued/1', tooMuch, 'promised', stranger);
  journal.put('session/1', tooMuch, 'promised', { ...stranger, keepsOlder: true });
  await journal.written();
  assert.equal(journal.mayHold('queued/1'), false);
  assert.equal(journal.mayHold('session/1'), true);
});
