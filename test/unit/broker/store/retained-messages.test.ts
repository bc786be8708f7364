import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextIteration } from 'node:timers/promises';
import type { Journal } from '../../../../src/broker/store/journal.ts';
import { MessageExpiry } from '../../../../src/broker/store/message-expiry.ts';
import { RetainedMessages } from '../../../../src/broker/store/retained-messages.ts';
import { Slices } from '../../../../src/broker/store/slices.ts';
import type { MessagePacket } from '../../../../src/broker/store/stored-packets.ts';
import { silentLog } from '../../../../src/platform/log.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

/** Advances a little on each call, as if everything took time. */
class BusyClock extends ManualClock {
  override monotonicMs(): number {
    this.advance(0.1);
    return super.monotonicMs();
  }
}

const message = (topic: string, payload = 'x'): MessagePacket =>
  ({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain: true }) as MessagePacket;

function setUp(topics: number) {
  const journal = { put: () => {}, mayHold: () => false } as unknown as Journal;
  const limits = { retainedMessages: 100_000, retainedBytes: 1e9 };
  const retained = new RetainedMessages(
    limits,
    journal,
    new MessageExpiry(new ManualClock()),
    silentLog,
  );
  for (let index = 0; index < topics; index += 1) retained.store(message(`t/${index}`), undefined);
  const slices = new Slices(new BusyClock());
  const lookUp = async (...filters: string[]) => {
    const found: string[] = [];
    for await (const { topic } of retained.matching(filters, slices)) found.push(topic);
    return found;
  };
  return { retained, slices, lookUp };
}

/** How many iterations of the event loop pass until `work` is done. */
async function iterationsOf(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  void work.finally(() => {
    isDone = true;
  });
  let iterations = 0;
  for (; !isDone; iterations += 1) await nextIteration();
  return iterations;
}

describe('retained messages for a new subscription', () => {
  test('those whose topic matches a filter, once for each filter', async () => {
    const { lookUp } = setUp(3);
    assert.deepEqual(await lookUp('t/1', 'none', '+/2', 't/#'), [
      't/1',
      't/2',
      't/0',
      't/1',
      't/2',
    ]);
  });

  test('are searched in slices, so that the event loop continues meanwhile', async () => {
    const { lookUp } = setUp(10_000);
    const inVain = await iterationsOf(lookUp('+/none'));
    assert.ok(inVain >= 10, `${inVain}`);
    const all = await iterationsOf(lookUp('#'));
    assert.ok(all >= 500, `${all}`);
  });

  test('several searches share the time: one slice per iteration, in turn', async () => {
    const { lookUp, slices } = setUp(10_000);
    const alone = await iterationsOf(lookUp('+/none'));
    const order: number[] = [];
    const together = Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        await lookUp('+/none');
        order.push(index);
      }),
    );
    assert.ok(!slices.hasRoom);
    const iterations = await iterationsOf(together);
    assert.ok(iterations >= 8 * alone, `${iterations} of ${alone}`);
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.ok(slices.hasRoom);
  });

  test('messages that are added or deleted meanwhile make a search neither fail nor run forever', async () => {
    const { lookUp, retained } = setUp(5000);
    let isDone = false;
    const found = lookUp('#').finally(() => {
      isDone = true;
    });
    for (let number = 0; !isDone; number += 1) {
      retained.store(message(`t/${number % 5000}`, ''), undefined);
      retained.store(message(`t/${number % 5000}`), undefined);
      retained.store(message(`new/${number}`), undefined);
      await nextIteration();
    }
    assert.ok((await found).length <= 5010);
  });

  test('a consumer that pauses uses no more than a slice when it continues', async () => {
    const { retained, slices } = setUp(100);
    const found = retained.matching(['#'], slices);
    await found.next();
    await nextIteration();
    await nextIteration();
    let isThere = false;
    const next = found.next().then(() => {
      isThere = true;
    });
    await Promise.resolve();
    assert.equal(isThere, false, 'its slice is over');
    await next;
  });
});
