// Whatever is on the disk: no more of it is loaded than fits, and it is the fairest part.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { StoredSelection } from '../../../../src/broker/store/select-stored.ts';
import { keys, readKey } from '../../../../src/broker/store/stored-keys.ts';
import { Namespace } from '../../../../src/storage/namespace.ts';
import { openState } from '../../../../src/storage/state.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const limits = {
  sessions: 50,
  subscriptionsOfAll: 100,
  queuedBytesOfAll: 100_000,
  retainedMessages: 20,
  retainedBytes: 10_000,
};

async function openNamespace(context: TestContext): Promise<Namespace> {
  const database = await openState(temporaryFolder(context));
  context.after(() => database.close());
  return new Namespace({ database }, 'broker');
}

const session = (owner: string | undefined, network?: string, filters = ['#']) =>
  JSON.stringify({
    expirySeconds: 3600,
    disconnectedAt: 1,
    subscriptions: filters.map((filter) => [filter, { qos: 1 }]),
    ...(owner !== undefined && { owner }),
    ...(network && { network }),
  });

const message = (number: number) =>
  JSON.stringify({ topic: 'qliksense/userevent', text: `${number}` });

/** What remains on disk, by kind. */
async function onDisk(namespace: Namespace): Promise<Record<string, string[]>> {
  const kinds: Record<string, string[]> = {};
  for (const [key] of (await namespace.entries()) ?? []) {
    const { kind, name } = readKey(key);
    kinds[kind] = [...(kinds[kind] ?? []), name];
  }
  return kinds;
}

describe('what is loaded from an earlier run', () => {
  test('of too many sessions, those of users are kept, and of others those of parties with few', async (context) => {
    const namespace = await openNamespace(context);
    const crowd = Array.from({ length: 500 }, (_, number) => `crowd-${number}`);
    await namespace.write([
      ...crowd.map((id) => [keys.session(id), session('', '10.0.0.66')] as const),
      [keys.session('anna-1'), session('anna')],
      [keys.session('lamp'), session('', '10.0.0.7')],
    ]);
    const { entries, leftOut } = await new StoredSelection(namespace, limits).run();
    const names = entries.map(([key]) => readKey(key).name);
    assert.equal(names.length, limits.sessions);
    assert.ok(names.includes('anna-1') && names.includes('lamp'));
    assert.equal(leftOut.sessions, 502 - limits.sessions);
    assert.deepEqual(
      (await onDisk(namespace))['session']?.sort(),
      names.sort(),
      'the rest is erased',
    );
  });

  test('a session that exceeds the total of subscriptions is discarded', async (context) => {
    const namespace = await openNamespace(context);
    const many = Array.from({ length: 200 }, (_, number) => `topic/${number}`);
    await namespace.write([
      [keys.session('greedy'), session('', '10.0.0.66', many)],
      [keys.session('lamp'), session('', '10.0.0.7')],
    ]);
    const { entries } = await new StoredSelection(namespace, limits).run();
    assert.deepEqual(
      entries.map(([key]) => readKey(key).name),
      ['lamp'],
    );
  });

  test('of the queued messages the newest are loaded, and some for every client', async (context) => {
    const namespace = await openNamespace(context);
    const crowd = Array.from({ length: 40 }, (_, number) => `crowd-${number}`);
    await namespace.write([
      ...crowd.map((id) => [keys.session(id), session('', '10.0.0.66')] as const),
      [keys.session('lamp'), session('', '10.0.0.7')],
      [keys.session('anna'), session('anna')],
    ]);
    // The lamp's messages are older than those of all other clients.
    for (let number = 1; number <= 500; number += 1) {
      const holders = number <= 20 ? ['lamp', 'anna'] : crowd;
      await namespace.write([
        [keys.message(number), message(number)],
        ...holders.map((id) => [keys.queued(number, id), '{"qos":1}'] as const),
      ]);
    }
    const { entries, leftOut } = await new StoredSelection(namespace, limits).run();
    const queued = entries.map(([key]) => readKey(key)).filter(({ kind }) => kind === 'queued');
    const of = (id: string) => queued.filter(({ name }) => name === id).map(({ number }) => number);
    assert.equal(of('lamp').length, 20);
    assert.equal(of('anna').length, 20);
    assert.ok(of('crowd-0').includes(500));
    assert.ok(!of('crowd-0').includes(21));
    assert.ok(leftOut.queued > 10_000);
    const bytes = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
    assert.ok(bytes < 2 * limits.queuedBytesOfAll, `${bytes} bytes`);
    const messages = entries.map(([key]) => readKey(key)).filter(({ kind }) => kind === 'message');
    const numbers = messages.map(({ number }) => number);
    assert.deepEqual(
      numbers,
      numbers.toSorted((one, other) => one - other),
      'the oldest first',
    );
    const left = await onDisk(namespace);
    assert.equal(left['queued']?.length, queued.length);
    assert.equal(left['message']?.length, messages.length);
  });

  test('messages that wait for nobody, or are missing, are deleted', async (context) => {
    const namespace = await openNamespace(context);
    await namespace.write([
      [keys.session('lamp'), session(undefined)],
      [keys.message(1), message(1)],
      [keys.queued(1, 'nobody'), '{"qos":1}'],
      [keys.queued(2, 'lamp'), '{"qos":1}'],
      [keys.message(3), message(3)],
      [keys.incoming('nobody', 7), ''],
      [keys.incoming('lamp', 7), ''],
    ]);
    await new StoredSelection(namespace, limits).run();
    assert.deepEqual(await onDisk(namespace), { session: ['lamp'], incoming: ['lamp'] });
  });

  test('retained messages and networks are limited as well', async (context) => {
    const namespace = await openNamespace(context);
    await namespace.write([
      ...Array.from({ length: 100 }, (_, number) => {
        return [keys.retained(`topic/${number}`), message(number)] as const;
      }),
      [keys.known('10.0.0.7'), '1'],
    ]);
    const { entries, leftOut } = await new StoredSelection(namespace, limits).run();
    assert.equal(entries.length, limits.retainedMessages + 1);
    assert.equal(leftOut.others, 80);
  });

  test('unreadable entries do not affect the rest', async (context) => {
    const namespace = await openNamespace(context);
    await namespace.write([
      [keys.session('torn'), '{"expirySeconds":36'],
      [keys.session('null'), 'null'],
      [keys.session('odd'), '{"subscriptions":5}'],
      [keys.session('lamp'), session(undefined)],
    ]);
    const { entries } = await new StoredSelection(namespace, limits).run();
    assert.equal(entries.length, 4, 'loading says what it could not read');
  });
});
