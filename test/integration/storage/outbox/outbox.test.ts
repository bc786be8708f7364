import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Health } from '../../../../src/health/health.ts';
import { systemClock } from '../../../../src/platform/clock.ts';
import { RetryPauses } from '../../../../src/platform/retry-pauses.ts';
import { slackEventCodec } from '../../../../src/slack/slack-event.ts';
import type { Database } from '../../../../src/storage/namespace.ts';
import { Outbox, type OutboxOptions } from '../../../../src/storage/outbox/outbox.ts';
import { State } from '../../../../src/storage/state.ts';
import { slackEvent } from '../../../support/events.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { mountSmallDisk } from '../../../support/small-disk.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { waitFor } from '../../../support/wait-for.ts';

const quickRetry = () => new RetryPauses(20, 100, Math.random);

async function openState(context: TestContext, directory: string): Promise<State> {
  const health = new Health(systemClock, recordingLog().log);
  const state = new State({
    directory,
    clock: systemClock,
    health: health.part('state'),
    retry: quickRetry(),
  });
  context.after(() => state.close());
  await state.open();
  return state;
}

async function openOutbox(
  state: { readonly database: Database | undefined },
  overrides: Partial<OutboxOptions<string>> = {},
) {
  const { log, lines } = recordingLog();
  const health = new Health(systemClock, log);
  const outbox = new Outbox<string>({
    namespace: 'test-outbox',
    state,
    codec: { encode: (item) => item, decode: (text) => text },
    capacity: 100_000,
    memoryCapacity: 10_000,
    clock: systemClock,
    health: health.part('outbox'),
    retry: quickRetry(),
    log,
    onReadable: () => {},
    ...overrides,
  });
  await outbox.open();
  return { outbox, lines, status: () => health.part('outbox').status };
}

/** Removes everything, `limit` at a time. */
async function drain(outbox: Outbox<string>, limit = 100): Promise<string[]> {
  const items: string[] = [];
  for (;;) {
    const entries = await outbox.oldest(limit);
    if (entries.length === 0) return items;
    items.push(...entries.map(({ item }) => item));
    await outbox.remove(entries);
  }
}

/** The state's database, with `wrap` around each of its batch writes. */
function withBatch(
  { database }: State,
  wrap: (write: () => Promise<void>, options: unknown) => Promise<void>,
): Database {
  assert.ok(database);
  return {
    get: (key) => database.get(key),
    put: (key, value) => database.put(key, value),
    iterator: (range) => database.iterator(range),
    keys: (range) => database.keys(range),
    clear: (range) => database.clear(range),
    batch: () => {
      const batch = database.batch();
      return {
        put: (key, value) => batch.put(key, value),
        del: (key) => batch.del(key),
        write: (options) => wrap(() => batch.write(options), options),
      };
    },
  };
}

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `item ${from + index}`);

test('items come out in the order in which they were added', async (context) => {
  const { outbox } = await openOutbox(await openState(context, temporaryFolder(context)));
  for (const item of numbered(2500)) outbox.append(item);
  assert.equal(outbox.length, 2500);
  await outbox.written();
  assert.equal(outbox.inMemory, 0);
  assert.deepEqual(await drain(outbox, 37), numbered(2500));
  assert.equal(outbox.length, 0);
});

test('what was written survives the program, without the part that was removed', async (context) => {
  const directory = temporaryFolder(context);
  const state = await openState(context, directory);
  const { outbox } = await openOutbox(state);
  for (const item of numbered(10)) outbox.append(item);
  await outbox.written();
  await outbox.remove(await outbox.oldest(4));
  await state.close();

  const { outbox: again } = await openOutbox(await openState(context, directory));
  assert.equal(again.length, 6);
  again.append('item 10');
  await again.written();
  assert.deepEqual(await drain(again), numbered(7, 4));
});

test('at the end, items that arrive during a write are written, too', async (context) => {
  const directory = temporaryFolder(context);
  const state = await openState(context, directory);
  let writes = 0;
  const database = withBatch(state, async (write) => {
    writes += 1;
    if (writes < 4) outbox.append(`item ${writes}`);
    await write();
  });
  const { outbox, lines } = await openOutbox({ database });
  outbox.append('item 0');
  await outbox.close(1000);
  assert.equal(outbox.inMemory, 0);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('error')),
    [],
  );
  await state.close();

  const { outbox: again } = await openOutbox(await openState(context, directory));
  assert.deepEqual(await drain(again), numbered(4));
});

test('two outboxes in one database do not mix', async (context) => {
  const state = await openState(context, temporaryFolder(context));
  const { outbox: one } = await openOutbox(state, { namespace: 'one' });
  const { outbox: two } = await openOutbox(state, { namespace: 'one-more' });
  one.append('a');
  two.append('b');
  await Promise.all([one.written(), two.written()]);
  assert.deepEqual(await drain(one), ['a']);
  assert.deepEqual(await drain(two), ['b']);
});

test('data from an earlier version, one item per key, is read and continued', async (context) => {
  const directory = temporaryFolder(context);
  const state = await openState(context, directory);
  for (const [index, item] of numbered(12).entries()) {
    await state.database?.put(`!test-outbox!0000000000${index.toString(36)}`, item);
  }
  const { outbox } = await openOutbox(state);
  assert.equal(outbox.length, 12);
  for (const item of numbered(3, 12)) outbox.append(item);
  await outbox.written();
  assert.deepEqual(await drain(outbox, 4), numbered(15));
});

test('items that arrive together share a key, and the last of them leaves nothing behind', async (context) => {
  const state = await openState(context, temporaryFolder(context));
  const { outbox } = await openOutbox(state);
  const keys = async () => await state.database?.keys().all();
  for (const item of numbered(120)) outbox.append(item);
  await outbox.written();
  assert.equal((await keys())?.length, 3);
  await outbox.remove(await outbox.oldest(60));
  assert.equal((await keys())?.length, 2);
  await outbox.remove(await outbox.oldest(60));
  assert.deepEqual(await keys(), []);
});

test('removing and adding at random loses nothing, keeps the order and survives', async (context) => {
  const directory = temporaryFolder(context);
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const expected: string[] = [];
  let added = 0;
  for (let life = 0; life < 5; life += 1) {
    const state = await openState(context, directory);
    const { outbox } = await openOutbox(state, { capacity: 300 });
    assert.equal(outbox.length, expected.length);
    for (let round = 0; round < 40; round += 1) {
      const items = numbered(random(90), added);
      added += items.length;
      for (const item of items) outbox.append(item);
      expected.push(...items);
      const entries = await outbox.oldest(random(80));
      assert.deepEqual(
        entries.map(({ item }) => item),
        expected.slice(0, entries.length),
      );
      // Both in one write.
      await outbox.remove(entries);
      expected.splice(0, entries.length);
      await outbox.written();
      expected.splice(0, Math.max(0, expected.length - 300));
      assert.equal(outbox.length, expected.length);
    }
    await state.close();
  }
  const { outbox } = await openOutbox(await openState(context, directory));
  assert.deepEqual(await drain(outbox), expected);
});

test('when full, the oldest are dropped, counted and logged', async (context) => {
  const state = await openState(context, temporaryFolder(context));
  const { outbox, lines } = await openOutbox(state, { capacity: 50 });
  for (const item of numbered(200)) {
    outbox.append(item);
    await outbox.written();
  }
  assert.equal(outbox.length, 50);
  assert.equal(outbox.dropped, 150);
  assert.equal(lines.filter((line) => line.includes('dropping the oldest')).length, 1);
  assert.deepEqual(await drain(outbox), numbered(50, 150));
});

test('a hundred thousand wait, and the next one displaces the first', async (context) => {
  const state = await openState(context, temporaryFolder(context));
  const { outbox } = await openOutbox(state, { memoryCapacity: 200_000 });
  for (const item of numbered(100_001)) outbox.append(item);
  await outbox.written();
  assert.equal(outbox.length, 100_000);
  assert.equal(outbox.dropped, 1);
  assert.equal((await outbox.oldest(1))[0]?.item, 'item 1');
});

test('an unreadable entry is skipped, and the others are not', async (context) => {
  const state = await openState(context, temporaryFolder(context));
  const { outbox, lines } = await openOutbox(state, {
    codec: {
      encode: (item) => item,
      decode: (text) => (text === 'item 1' ? undefined : text),
    },
  });
  for (const item of numbered(3)) outbox.append(item);
  await outbox.written();
  assert.deepEqual(await drain(outbox), ['item 0', 'item 2']);
  assert.equal(lines.filter((line) => line.includes('unreadable entry on disk: item 1')).length, 1);
  assert.equal(outbox.length, 0);
});

test('without a database items wait in memory and can be taken; with one they move to it', async (context) => {
  const directory = temporaryFolder(context);
  const before = await openState(context, directory);
  const { outbox: earlier } = await openOutbox(before);
  for (const item of ['old 1', 'old 2']) earlier.append(item);
  await earlier.written();
  await before.close();

  const state: { database: Database | undefined } = { database: undefined };
  const { outbox, status } = await openOutbox(state, { memoryCapacity: 4 });
  assert.match(status().message, /the state directory can't be used at present; .* in memory/);
  for (const item of numbered(6)) outbox.append(item);
  assert.equal(outbox.dropped, 2);
  const taken = await outbox.oldest(2);
  assert.deepEqual(
    taken.map(({ item }) => item),
    ['item 2', 'item 3'],
  );
  // The disk becomes available while these two are being processed.
  state.database = (await openState(context, directory)).database;
  await waitFor('write to the disk', () => outbox.inMemory === 0);
  assert.equal(outbox.length, 6);
  assert.equal(status().state, 'ok');
  await outbox.remove(taken);
  assert.deepEqual(await drain(outbox), ['old 1', 'old 2', 'item 4', 'item 5']);
});

test('items taken from memory are removed, however many turn out to be before them', async (context) => {
  const directory = temporaryFolder(context);
  const { database } = await openState(context, directory);
  assert.ok(database);
  const batch = database.batch();
  const old = numbered(200_000);
  for (const [index, item] of old.entries()) {
    batch.put(`!test-outbox!${index.toString(36).padStart(11, '0')}`, item);
  }
  await batch.write();
  const state: { database: Database | undefined } = { database: undefined };
  const { outbox } = await openOutbox(state, { capacity: 300_000 });
  for (const item of ['a', 'b', 'c']) outbox.append(item);
  const taken = await outbox.oldest(2);
  state.database = database;
  await waitFor('write to the disk', () => outbox.inMemory === 0);
  await outbox.remove(taken);
  assert.equal(outbox.length, 200_001);
  assert.deepEqual(await drain(outbox, 50_000), [...old, 'c']);
});

test('a failing write keeps its items, and what was removed meanwhile stays removed', async (context) => {
  const state = await openState(context, temporaryFolder(context));
  let failing = false;
  const database = withBatch(state, (write) =>
    failing ? Promise.reject(new Error('IO error: No space left on device')) : write(),
  );
  const { outbox, status } = await openOutbox({ database });
  for (const item of numbered(4)) outbox.append(item);
  await outbox.written();
  const onTheWay = await outbox.oldest(2);
  failing = true;
  outbox.append('item 4');
  await outbox.remove(onTheWay);
  assert.match(status().message, /^the disk is full; up to 10000 events wait in memory/);
  assert.deepEqual(await outbox.oldest(10), []);
  failing = false;
  await waitFor('write to the disk', () => outbox.inMemory === 0);
  assert.deepEqual(await drain(outbox), numbered(3, 2));
  assert.equal(status().state, 'ok');
});

test('items that reached the disk in a failed write are not returned twice', async (context) => {
  const real = await openState(context, temporaryFolder(context));
  const { database } = real;
  const state: { database: Database | undefined } = {
    database: withBatch(real, async (write) => {
      await write();
      state.database = undefined;
      throw new Error('IO error');
    }),
  };
  const { outbox } = await openOutbox(state);
  for (const item of numbered(2)) outbox.append(item);
  await outbox.written();
  const fromMemory = await outbox.oldest(1);
  assert.equal(fromMemory.length, 1);
  await outbox.remove(fromMemory);
  state.database = database;
  await waitFor('write to the disk', () => outbox.inMemory === 0);
  assert.equal(outbox.length, 1);
  assert.deepEqual(await drain(outbox), ['item 1']);
});

test('every write is finished on the card before it counts', async (context) => {
  const state = await openState(context, temporaryFolder(context));
  const modes: unknown[] = [];
  const database = withBatch(state, (write, options) => {
    modes.push(options);
    return write();
  });
  const { outbox } = await openOutbox({ database });
  outbox.append('item 0');
  await outbox.written();
  await outbox.remove(await outbox.oldest(1));
  assert.deepEqual(modes, [{ sync: true }, { sync: true }]);
});

test('writes soon after a quiet time, less often in a rush, and at once for a full write', async (context) => {
  const state = await openState(context, temporaryFolder(context));
  const clock = new ManualClock();
  let writes = 0;
  const database = withBatch(state, (write) => {
    writes += 1;
    return write();
  });
  const { outbox } = await openOutbox({ database }, { clock });
  const written = () => waitFor('the write', () => outbox.inMemory === 0);
  /** Appends an item every `everyMs` ms, and returns after how many ms there was a write. */
  const msToWrite = async (everyMs: number): Promise<number> => {
    const before = writes;
    for (let ms = 0; ms < 1000; ms += 1) {
      if (ms % everyMs === 0) outbox.append(`after ${ms} ms`);
      await nextTurn();
      if (writes > before) {
        await written();
        return ms;
      }
      clock.advance(1);
    }
    throw new Error('nothing was written within a second');
  };
  clock.advance(1000);
  assert.equal(await msToWrite(1000), 10, 'after a rest');
  assert.equal(await msToWrite(20), 53, '50 a second');
  assert.equal(await msToWrite(5), 53, '200 a second');
  assert.equal(await msToWrite(5), 53, '200 a second');
  assert.equal(await msToWrite(1), 53, 'a rush begins');
  assert.equal(await msToWrite(1), 211, 'in a rush');
  assert.equal(await msToWrite(20), 211, 'a rush has ended');
  assert.equal(await msToWrite(20), 53, '50 a second');

  const [before, length] = [writes, outbox.length];
  for (const item of numbered(1000)) outbox.append(item);
  await written();
  assert.equal(writes, before + 1);
  assert.equal(outbox.length, length + 1000);
});

test('a full disk loses nothing: not before, not during, not after', async (context) => {
  const disk = mountSmallDisk(context, 1);
  if (!disk) return;
  const state = await openState(context, disk.folder);
  const { outbox, status } = await openOutbox(state);
  for (const item of numbered(100)) outbox.append(item);
  await outbox.written();

  disk.fill();
  for (let from = 100; from < 400; from += 10) {
    for (const item of numbered(10, from)) outbox.append(item);
    await outbox.written();
  }
  assert.equal(status().state, 'fault');
  assert.ok(outbox.inMemory > 0);
  assert.equal(outbox.length, 400);

  disk.makeRoom();
  await waitFor('write to the disk', () => outbox.inMemory === 0);
  for (const item of numbered(600, 400)) {
    outbox.append(item);
    await outbox.written();
  }
  assert.equal(status().state, 'ok');
  // Opening it again reads what LevelDB's log really contains.
  await state.close();
  const { outbox: again } = await openOutbox(await openState(context, disk.folder));
  assert.deepEqual(await drain(again), numbered(1000));
});

/**
 * Bytes this process has written to disks, in whole pages; undefined if Linux does not report it.
 */
function bytesWritten(): number | undefined {
  try {
    return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

test('what an event costs the card', async (context) => {
  const state = await openState(context, temporaryFolder(context));
  const { outbox } = await openOutbox(state);
  const event = slackEventCodec.encode(
    slackEvent({
      appId: 'a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
      browser: { name: 'Chrome', majorVersion: '120' },
    }),
  );
  const cost = async (count: number, work: () => Promise<void>) => {
    const before = bytesWritten();
    await work();
    const after = bytesWritten();
    return before === undefined || after === undefined
      ? Number.NaN
      : Math.round((after - before) / count);
  };
  const single = await cost(300, async () => {
    for (let index = 0; index < 300; index += 1) {
      outbox.append(event);
      await outbox.written();
      await outbox.remove(await outbox.oldest(1));
    }
  });
  const busy = await cost(50_000, async () => {
    for (let second = 0; second < 500; second += 1) {
      for (let index = 0; index < 100; index += 1) outbox.append(event);
      await outbox.written();
      for (let message = 0; message < 3; message += 1) {
        await outbox.remove(await outbox.oldest(34));
      }
    }
    // What LevelDB has postponed is part of the cost.
    await state.database?.compactRange('!', '"');
  });
  context.diagnostic(`${event.length} bytes an event as text`);
  context.diagnostic(`${single} bytes written for an event that comes alone`);
  context.diagnostic(`${busy} bytes written for an event among many`);
  if (Number.isNaN(single)) return;
  assert.ok(single <= 3 * 4096, `${single} bytes for a single event`);
  assert.ok(busy <= 1024, `${busy} bytes for one of many`);
});
