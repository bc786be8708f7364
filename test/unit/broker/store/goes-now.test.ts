// A message waits in its queue before it is passed on; a client that is behind may have it by then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AedesPersistence } from '../../../../src/broker/aedes/aedes-persistence.ts';
import { BrokerStore } from '../../../../src/broker/store/broker-store.ts';
import type { SessionClient } from '../../../../src/broker/store/session.ts';
import { silentLog } from '../../../../src/platform/log.ts';
import { RetryPauses } from '../../../../src/platform/retry-pauses.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { testConfig } from '../../../support/test-app.ts';

const lamp: SessionClient = { id: 'lamp', clean: false, sessionExpiryInterval: 3600 };

/** A store with one message in the queue of a connected client. */
async function storeWithMessage() {
  const store = new BrokerStore({
    state: { database: undefined },
    limits: { ...testConfig().brokerConfig.limits, queuedBytesPerClient: 1_000_000 },
    onDropped: () => {},
    onGiveWay: () => {},
    onLeftOut: () => {},
    clock: new ManualClock(),
    log: silentLog,
    retry: new RetryPauses(1000, 60_000, () => 0.5),
  });
  const persistence = new AedesPersistence(store.kept);
  await persistence.setup({ id: 'aedes' });
  store.connected(lamp, { owner: '', party: { key: '10.0.0.7', standing: 'stranger' } });
  await persistence.addSubscriptions(lamp, [{ topic: 't', qos: 1 }]);
  for await (const _ of persistence.outgoingStream(lamp)) assert.fail('nothing waits');
  const packet = {
    cmd: 'publish',
    brokerId: 'aedes',
    brokerCounter: 1,
    topic: 't',
    payload: Buffer.from('1'),
    qos: 1,
  } as const;
  const subscriptions = await persistence.subscriptionsByTopic('t');
  await persistence.outgoingEnqueueCombi(subscriptions, packet);
  return { store, persistence, packet };
}

test('a message is sent to a client that has received everything before it', async () => {
  const { store, packet } = await storeWithMessage();
  assert.equal(store.outgoing.goesNow(lamp, packet, true), true);
});

test('a message that the client got from its queue is not sent again', async () => {
  const { store, persistence, packet } = await storeWithMessage();
  const queued = store.outgoing.next(lamp);
  assert.ok(queued);
  assert.equal(store.outgoing.next(lamp), undefined, 'the client has all there is');
  assert.equal(store.outgoing.goesNow(lamp, packet, true), false, 'it is on its way');
  await persistence.outgoingUpdate(lamp, { ...queued, messageId: 1 });
  assert.equal(
    store.outgoing.goesNow(lamp, packet, true),
    false,
    'it waits for its acknowledgement',
  );
  await persistence.outgoingClearMessageId(lamp, { messageId: 1 });
  assert.equal(store.outgoing.goesNow(lamp, packet, true), false, 'it has been acknowledged');
});

test('a retained message is in no queue, and is sent', async () => {
  const { store, packet } = await storeWithMessage();
  assert.equal(store.outgoing.goesNow(lamp, { ...packet, brokerId: '', retain: true }, true), true);
});

test('a message is not sent to a client of which only the subscriptions are restored', async () => {
  const { store, packet } = await storeWithMessage();
  store.disconnected(lamp, false);
  const back = { ...lamp };
  assert.equal(store.outgoing.goesNow(back, packet, true), false);
  const notYetQueued = { ...packet, brokerCounter: 2 };
  assert.equal(store.outgoing.goesNow(back, notYetQueued, true), false);
});

test('a message is never sent before one that waits, even if the client had everything while it subscribed', async () => {
  const { store, persistence, packet } = await storeWithMessage();
  assert.equal(store.outgoing.goesNow(lamp, packet, true), true);
  await persistence.outgoingUpdate(lamp, { ...packet, messageId: 1 });
  await persistence.outgoingClearMessageId(lamp, { messageId: 1 });
  await persistence.addSubscriptions(lamp, [{ topic: 'u', qos: 1 }]);
  assert.equal(store.outgoing.next(lamp), undefined, 'an acknowledgement comes; nothing waits');

  const first = { ...packet, topic: 'u', brokerCounter: 2 };
  const second = { ...packet, topic: 'u', brokerCounter: 3 };
  for (const one of [first, second]) {
    await persistence.outgoingEnqueueCombi(await persistence.subscriptionsByTopic('u'), one);
  }
  assert.equal(store.outgoing.goesNow(lamp, second, true), false, 'the first has not gone yet');
  assert.equal(store.outgoing.next(lamp)?.brokerCounter, 2);
  assert.equal(store.outgoing.goesNow(lamp, second, true), true);
});
