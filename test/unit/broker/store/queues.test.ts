import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Party } from '../../../../src/access/fair-shares.ts';
import type { Journal } from '../../../../src/broker/store/journal.ts';
import { Queues } from '../../../../src/broker/store/queues.ts';
import { Session } from '../../../../src/broker/store/session.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const journal = {
  put: () => {},
  mayHold: () => false,
  couldAfford: () => true,
} as unknown as Journal;

function queuesOf(queuedBytesOfAll: number) {
  const dropped = new Map<string, number>();
  const queues = new Queues({
    limits: { queuedPerClient: 1000, queuedBytesPerClient: 1_000_000, queuedBytesOfAll },
    journal,
    clock: new ManualClock(),
    onDropped: ({ clientId }) => dropped.set(clientId, (dropped.get(clientId) ?? 0) + 1),
  });
  const session = (clientId: string, party: Party) => {
    const created = new Session(clientId, () => {});
    queues.moveTo(created, party);
    return created;
  };
  let number = 0;
  const publish = (sessions: readonly Session[], bytes = 100) => {
    number += 1;
    const packet = {
      topic: 't',
      payload: Buffer.alloc(bytes),
      qos: 1,
      brokerCounter: number,
    } as const;
    const recipients = sessions.map((one) => ({ session: one, qos: 1 }));
    const message = queues.enqueue(recipients, packet, 'soon');
    queues.catchUpAll();
    return message;
  };
  return { queues, dropped, session, publish };
}

describe('what waits for all clients together', () => {
  test('never takes more than the limit; many clients of one address lose their own messages', () => {
    const { queues, dropped, session, publish } = queuesOf(1_000_000);
    const anna = session('anna', { key: 'anna', standing: 'signedIn' });
    const lamp = session('lamp', { key: '10.0.0.7', standing: 'stranger' });
    const crowd = Array.from({ length: 200 }, (_, index) =>
      session(`crowd-${index}`, { key: '10.0.0.66', standing: 'stranger' }),
    );
    for (let count = 0; count < 300; count += 1) {
      publish([anna, lamp, ...crowd]);
      assert.ok(queues.bytes <= 1_000_000, `${queues.bytes} bytes`);
    }
    assert.equal(anna.queue.size, 300);
    assert.equal(lamp.queue.size, 300);
    assert.equal(dropped.has('anna') || dropped.has('lamp'), false);
    assert.ok([...dropped.values()].reduce((sum, count) => sum + count, 0) > 50_000);
    assert.ok(
      crowd.every(({ queue }) => queue.size > 0),
      'each has the newest',
    );
  });

  test('large messages count by their size', () => {
    const { queues, dropped, session, publish } = queuesOf(1_000_000);
    const large = session('large', { key: '10.0.0.66', standing: 'stranger' });
    const small = session('small', { key: '10.0.0.7', standing: 'stranger' });
    for (let count = 0; count < 100; count += 1) {
      publish([small]);
      publish([large], 100_000);
      assert.ok(queues.bytes <= 1_000_000);
    }
    assert.equal(small.queue.size, 100);
    assert.equal(dropped.has('small'), false);
  });

  test('when nothing waits, nothing is counted', () => {
    const { queues, session, publish } = queuesOf(1_000_000);
    const sessions = ['one', 'two'].map((id) => session(id, { key: id, standing: 'known' }));
    for (let count = 0; count < 10; count += 1) publish(sessions);
    publish([]);
    queues.moveTo(sessions[0] as Session, { key: 'anna', standing: 'signedIn' });
    for (const one of sessions) queues.clear(one);
    assert.equal(queues.bytes, 0);
    assert.equal(queues.messages.count, 0);
  });

  test('a message larger than a queue may be is not kept', () => {
    const { queues, session, publish } = queuesOf(10_000_000);
    const one = session('one', { key: 'one', standing: 'known' });
    const two = session('two', { key: 'two', standing: 'known' });
    publish([one, two], 2_000_000);
    assert.equal(queues.bytes, 0);
  });

  test('many offline clients get a message a few at a time, a client that is back at once', () => {
    const { queues, session } = queuesOf(10_000_000);
    const crowd = Array.from({ length: 1000 }, (_, index) =>
      session(`crowd-${index}`, { key: '10.0.0.66', standing: 'stranger' }),
    );
    const anna = session('anna', { key: 'anna', standing: 'signedIn' });
    const packet = { topic: 't', payload: Buffer.alloc(10), qos: 1 } as const;
    const recipients = [...crowd, anna].map((one) => ({ session: one, qos: 1 }));
    queues.enqueue(recipients, packet, 'soon');
    assert.equal(anna.queue.size, 1);
    const [, , third] = crowd;
    assert.equal(third?.queue.size, 0);
    queues.catchUp(third as Session);
    assert.equal(third?.queue.size, 1);
    queues.catchUpAll();
    assert.ok(crowd.every(({ queue }) => queue.size === 1));
  });

  test('at most 20,000 entries are put off for offline clients', () => {
    const { queues, session } = queuesOf(100_000_000);
    const crowd = Array.from({ length: 1000 }, (_, index) =>
      session(`crowd-${index}`, { key: '10.0.0.66', standing: 'stranger' }),
    );
    const recipients = crowd.map((one) => ({ session: one, qos: 1 }));
    for (let number = 1; number <= 30; number += 1) {
      const packet = { topic: 't', payload: Buffer.from(`${number}`), qos: 1 } as const;
      queues.enqueue(recipients, packet, 'soon');
    }
    assert.ok(crowd.every(({ queue }) => queue.size === 10));
    queues.catchUpAll();
    const [first] = crowd;
    const payloads = [...(first?.queue.keys() ?? [])].map(({ packet }) => `${packet.payload}`);
    assert.deepEqual(
      payloads,
      Array.from({ length: 30 }, (_, index) => `${index + 1}`),
    );
  });
});
