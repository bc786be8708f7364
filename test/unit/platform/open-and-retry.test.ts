import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OpenAndRetry } from '../../../src/platform/open-and-retry.ts';
import { RetryPauses } from '../../../src/platform/retry-pauses.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** Opens with `outcomes`, one after the other, and then always succeeds. */
function port(outcomes: readonly (Error | string)[]) {
  const clock = new ManualClock();
  const notes: string[] = [];
  const left = [...outcomes];
  let open = async () => {
    const outcome = left.shift() ?? 'it';
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const kept = new OpenAndRetry<string>({
    open: () => open(),
    close: (it) => {
      notes.push(`close ${it}`);
    },
    onOpen: (it) => notes.push(`open ${it}`),
    onFailure: (error) => notes.push(String(error)),
    isWanted: (it) => it !== 'substitute',
    clock,
    retry: new RetryPauses(1000, 60_000, () => 0.999_999),
  });
  return {
    kept,
    clock,
    notes,
    openWith: (replacement: () => Promise<string>) => {
      open = replacement;
    },
    pass: async (ms: number) => {
      clock.advance(ms);
      await nextTurn();
    },
  };
}

test('a failing open is retried with growing pauses, which start over once it succeeds', async () => {
  const { kept, notes, pass, clock } = port([new Error('1'), new Error('2')]);
  await kept.start();
  assert.equal(kept.opened, undefined);
  await pass(1000);
  await pass(1999);
  assert.deepEqual(notes, ['Error: 1', 'Error: 2']);
  await pass(1);
  assert.deepEqual(notes, ['Error: 1', 'Error: 2', 'open it']);
  assert.equal(kept.opened, 'it');
  kept.failed(new Error('3'));
  assert.equal(kept.opened, undefined);
  await pass(1000);
  assert.deepEqual(notes.slice(3), ['close it', 'Error: 3', 'open it']);
  assert.equal(clock.pending, 0);
});

test('a substitute is used, and replaced once the real thing is available', async () => {
  const { kept, notes, pass, clock } = port(['substitute', 'substitute', 'it']);
  await kept.start();
  assert.equal(kept.opened, 'substitute');
  await pass(1000);
  assert.deepEqual(notes, ['open substitute', 'close substitute', 'open substitute']);
  await pass(1999);
  assert.equal(notes.length, 3, 'the pauses grow');
  await pass(1);
  assert.deepEqual(notes.slice(3), ['close substitute', 'open it']);
  assert.equal(clock.pending, 0);
});

test('several simultaneous failures cause one retry', async () => {
  const { kept, clock, pass, notes } = port([]);
  await kept.start();
  kept.failed(new Error('1'));
  kept.failed(new Error('2'));
  assert.equal(clock.pending, 1);
  await pass(2000);
  assert.deepEqual(notes, ['open it', 'close it', 'Error: 1', 'Error: 2', 'open it']);
});

test('stop closes it before it returns, and later failures are ignored', async () => {
  const { kept, clock, notes } = port([]);
  await kept.start();
  const stopped = kept.stop();
  assert.deepEqual(notes, ['open it', 'close it']);
  await stopped;
  kept.failed(new Error('late'));
  assert.deepEqual(notes, ['open it', 'close it']);
  assert.equal(clock.pending, 0);
});

test('what opens after stop is closed again, and its failure is not reported', async () => {
  const { kept, clock, notes, openWith } = port([]);
  const answers: ((outcome: string | Error) => void)[] = [];
  openWith(async () => {
    const outcome = await new Promise<string | Error>((resolve) => answers.push(resolve));
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
  const [first, second] = [kept.start(), kept.start()];
  await kept.stop();
  answers[0]?.('late');
  answers[1]?.(new Error('late'));
  await Promise.all([first, second]);
  assert.deepEqual(notes, ['close late']);
  assert.equal(kept.opened, undefined);
  assert.equal(clock.pending, 0);
});
