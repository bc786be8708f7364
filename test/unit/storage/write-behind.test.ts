import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RetryPauses } from '../../../src/platform/retry-pauses.ts';
import { databaseOf, NoDatabase, WriteBehind } from '../../../src/storage/write-behind.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** An owner whose changes are numbers, on a disk that the test controls. */
function owner() {
  const clock = new ManualClock();
  const notes: string[] = [];
  const writes: number[][] = [];
  let waiting: number[] = [];
  let fault: Error | undefined;
  let release: (() => void) | undefined;
  let isHeld = false;
  const behind = new WriteBehind({
    write: async () => {
      await Promise.resolve();
      const changes = waiting;
      waiting = [];
      writes.push(changes);
      if (isHeld) await new Promise<void>((resolve) => (release = resolve));
      if (!fault) return;
      waiting = [...changes, ...waiting];
      throw fault;
    },
    hasWork: () => waiting.length > 0,
    onSuccess: (isAgain) => notes.push(isAgain ? 'works again' : 'works'),
    onFailure: (error, isFirst) => notes.push(`${String(error)}${isFirst ? ', first' : ''}`),
    onEnd: () => notes.push('end'),
    clock,
    retry: new RetryPauses(1000, 60_000, () => 0.999_999),
  });
  return {
    behind,
    clock,
    notes,
    writes,
    add: (change: number) => waiting.push(change),
    hold: () => {
      isHeld = true;
    },
    release: async () => {
      isHeld = false;
      release?.();
      await nextTurn();
    },
    fail: (error: Error | undefined) => {
      fault = error;
    },
    pass: async (ms: number) => {
      clock.advance(ms);
      await nextTurn();
    },
  };
}

describe('writing behind', () => {
  test('additions until the write is due share one write; an earlier deadline makes it earlier', async () => {
    const { behind, add, pass, writes } = owner();
    add(1);
    behind.writeWithin(100);
    assert.equal(behind.isPlanned, true);
    await pass(40);
    add(2);
    behind.writeWithin(100);
    await pass(59);
    assert.deepEqual(writes, []);
    add(3);
    behind.writeWithin(0);
    await pass(0);
    assert.deepEqual(writes, [[1, 2, 3]]);
    await pass(1000);
    assert.deepEqual(writes.length, 1, 'the later one is not left');
    assert.equal(behind.isPlanned, false);
  });

  test('one write at a time; changes made during a write need only one more', async () => {
    const { behind, add, hold, release, writes } = owner();
    hold();
    add(1);
    behind.writeAtOnce();
    await nextTurn();
    add(2);
    behind.writeAtOnce();
    behind.writeWithin(0);
    const done: string[] = [];
    const first = behind.written().then(() => done.push('first'));
    const second = behind.written().then(() => done.push('second'));
    await nextTurn();
    assert.deepEqual(writes, [[1]]);
    assert.deepEqual(done, []);
    await release();
    await Promise.all([first, second]);
    assert.deepEqual(writes, [[1], [2]]);

    hold();
    add(3);
    const third = behind.written();
    await nextTurn();
    add(4);
    await release();
    await third;
    assert.deepEqual(writes, [[1], [2], [3]], 'what came later is not waited for');
  });

  test('drained: changes during the last write get another one, unless the disk fails', async () => {
    const { behind, add, fail, hold, release, writes } = owner();
    hold();
    add(1);
    const done: string[] = [];
    const drained = behind.drained().then(() => done.push('drained'));
    await nextTurn();
    add(2);
    await release();
    await drained;
    assert.deepEqual(writes, [[1], [2]]);

    fail(new Error('full'));
    add(3);
    await behind.drained();
    assert.deepEqual(writes, [[1], [2], [3]]);
  });

  test('a failing disk is reported once and retried with growing pauses; nobody waits', async () => {
    const { behind, add, fail, pass, notes, writes } = owner();
    fail(new Error('full'));
    add(1);
    await behind.written();
    assert.equal(behind.diskFails, true);
    assert.deepEqual(notes, ['Error: full, first', 'end']);
    behind.writeWithin(0);
    behind.writeAtOnce();
    await behind.written();
    await pass(999);
    assert.equal(writes.length, 1);
    await pass(1);
    assert.equal(writes.length, 2);
    await pass(1000);
    assert.equal(writes.length, 2);
    fail(undefined);
    await pass(1000);
    assert.deepEqual(notes.slice(2), ['Error: full', 'end', 'works again', 'end']);
    assert.deepEqual(writes.at(-1), [1]);
    assert.equal(behind.diskFails, false);

    fail(new Error('full'));
    add(2);
    await behind.written();
    await pass(1000);
    assert.equal(writes.length, 5, 'the pauses begin again');
  });

  test('after close, only requested writes are made', async () => {
    const { behind, add, fail, pass, writes } = owner();
    add(1);
    behind.writeWithin(10);
    behind.close();
    await pass(10);
    behind.writeWithin(0);
    behind.writeAtOnce();
    await pass(10);
    assert.deepEqual(writes, []);
    fail(new Error('full'));
    await behind.written();
    assert.deepEqual(writes, [[1]]);
    await pass(100_000);
    assert.deepEqual(writes, [[1]], 'a failure is not tried again');
  });

  test('without a database there is a separate error', () => {
    assert.throws(() => databaseOf({ database: undefined }), NoDatabase);
  });
});
