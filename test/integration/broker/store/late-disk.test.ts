// A disk that becomes available late gives nobody what waits for another client.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Party } from '../../../../src/access/fair-shares.ts';
import { AedesPersistence } from '../../../../src/broker/aedes/aedes-persistence.ts';
import { BrokerStore } from '../../../../src/broker/store/broker-store.ts';
import type { SessionClient } from '../../../../src/broker/store/session.ts';
import { systemClock } from '../../../../src/platform/clock.ts';
import { silentLog } from '../../../../src/platform/log.ts';
import { RetryPauses } from '../../../../src/platform/retry-pauses.ts';
import { openState, type StateDatabase } from '../../../../src/storage/state.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { testConfig } from '../../../support/test-app.ts';
import { waitFor } from '../../../support/wait-for.ts';

const bob = { owner: 'bob', party: { key: 'bob', standing: 'signedIn' } as Party };
const nobody = { owner: '', party: { key: '10.0.0.66', standing: 'stranger' } as Party };
const phone = (): SessionClient => ({
  id: 'phone',
  clean: false,
  sessionExpiryInterval: 3600,
});

function storeOn(state: { database: StateDatabase | undefined }) {
  const ended: string[] = [];
  const store = new BrokerStore({
    state,
    limits: { ...testConfig().brokerConfig.limits, queuedBytesPerClient: 1_000_000 },
    onDropped: () => {},
    onGiveWay: ({ owner }) => ended.push(owner ?? 'unknown'),
    onLeftOut: () => {},
    clock: systemClock,
    log: silentLog,
    retry: new RetryPauses(20, 20, () => 0.5),
  });
  return { store, persistence: new AedesPersistence(store.kept), ended };
}

async function waitingIn({ store, persistence }: ReturnType<typeof storeOn>): Promise<string[]> {
  const client = phone();
  store.connected(client, bob);
  const payloads: string[] = [];
  for await (const { payload } of persistence.outgoingStream(client)) {
    payloads.push(String(payload));
    if (payloads.length === 1) break;
  }
  return payloads;
}

async function databaseWithSessionOf(
  context: TestContext,
  owner: typeof bob,
): Promise<StateDatabase> {
  const database = await openState(temporaryFolder(context));
  context.after(() => database.close());
  const { store, persistence } = storeOn({ database });
  await persistence.setup({ id: 'aedes' });
  const client = phone();
  store.connected(client, owner);
  await persistence.addSubscriptions(client, [{ topic: 't', qos: 1 }]);
  store.disconnected(client, false);
  const packet = { cmd: 'publish', topic: 't', payload: `for ${owner.owner}`, qos: 1 } as const;
  const subscriptions = await persistence.subscriptionsByTopic('t');
  await persistence.outgoingEnqueueCombi(subscriptions, packet);
  await persistence.destroy();
  return database;
}

describe('a disk that becomes available late', () => {
  test('an anonymous client that took a user’s client id meanwhile gives way, and gets nothing of that user', async (context) => {
    const database = await databaseWithSessionOf(context, bob);
    const state: { database: StateDatabase | undefined } = { database: undefined };
    const kept = storeOn(state);
    const { store, persistence, ended } = kept;
    await persistence.setup({ id: 'aedes' });
    store.connected(phone(), nobody);
    assert.equal(store.ownerOf('phone'), '');
    state.database = database;
    await waitFor('the disk', () => store.ownerOf('phone') === 'bob');
    assert.deepEqual(ended, ['']);
    assert.deepEqual(await waitingIn(kept), ['for bob']);
    await persistence.destroy();
  });

  test('a user keeps the client id, and gets nothing of the anonymous session on the disk', async (context) => {
    const database = await databaseWithSessionOf(context, nobody);
    const state: { database: StateDatabase | undefined } = { database: undefined };
    const { store, persistence, ended } = storeOn(state);
    await persistence.setup({ id: 'aedes' });
    store.connected(phone(), bob);
    state.database = database;
    await waitFor('the disk', async () => {
      const keys = await database.keys().all();
      return !keys.some((key) => key.includes('queued/'));
    });
    assert.equal(store.ownerOf('phone'), 'bob');
    assert.deepEqual(ended, []);
    assert.equal(store.statistics.messages, 0);
    await persistence.destroy();
  });
});
