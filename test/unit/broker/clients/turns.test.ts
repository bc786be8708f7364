import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { type Lane, Turns, type TurnTaker } from '../../../../src/broker/clients/turns.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function setUp({ filtersPerSecond = 1000, costMs = 0 } = {}) {
  const clock = new ManualClock();
  const order: string[] = [];
  const room = { forFilters: true };
  const turns = new Turns({ filtersPerSecond, mayTakeFilters: () => room.forFilters, clock });
  /** A client with this many packets of this weight. */
  const client = (name: string, party: string, packets: number, weight = 16, lane?: Lane) => {
    let left = packets;
    const taker: TurnTaker = {
      party,
      takeTurn: () => {
        left -= 1;
        order.push(name);
        clock.advance(costMs);
        if (left > 0) turns.ask(taker, lane ?? 'packets');
        return weight;
      },
    };
    return taker;
  };
  return { clock, order, room, turns, client };
}

/** How many turns are taken until the event loop polls its sockets. */
async function turnsOfIteration(order: readonly string[]): Promise<number> {
  const before = order.length;
  await nextIteration();
  return order.length - before;
}

describe('turns', () => {
  test('with nobody ahead of it, a client has its turn at once', () => {
    const { turns, client, order } = setUp();
    turns.ask(client('one', 'a', 1), 'packets');
    assert.deepEqual(order, ['one']);
  });

  test('parties take turns, however many clients each has, and so do the clients of one', async () => {
    const { turns, client, order } = setUp();
    const takeTurn = () => {
      for (const name of ['a1', 'a2', 'a3']) turns.ask(client(name, 'a', 3, 1), 'packets');
      turns.ask(client('b', 'b', 3, 1), 'packets');
      return 1;
    };
    turns.ask({ party: 'first', takeTurn }, 'packets');
    await nextIteration();
    assert.equal(order.join(' '), 'a1 b a2 b a3 b a1 a2 a3 a1 a2 a3');
  });

  test('one iteration of the event loop handles only so much weight', async () => {
    const { turns, client, order } = setUp();
    for (const name of ['a', 'b']) turns.ask(client(name, name, 50), 'packets');
    const most = Math.max(
      await turnsOfIteration(order),
      await turnsOfIteration(order),
      await turnsOfIteration(order),
    );
    assert.ok(most >= 10 && most <= 40, `${most}`);
  });

  test('turns that take long end the iteration, whatever their weight', async () => {
    const { turns, client, order } = setUp({ costMs: 2 });
    for (const name of ['a', 'b']) turns.ask(client(name, name, 5, 1), 'packets');
    await nextIteration();
    for (let iteration = 0; iteration < 3; iteration += 1) {
      assert.ok((await turnsOfIteration(order)) <= 1);
    }
  });

  test("the broker's synchronous work after a turn counts as its time", async () => {
    const { turns, clock, client, order } = setUp();
    const slow: TurnTaker = {
      party: 'slow',
      takeTurn: () => {
        order.push('slow');
        process.nextTick(() => Promise.resolve().then(() => clock.advance(10)));
        return 1;
      },
    };
    turns.ask(slow, 'packets');
    turns.ask(client('other', 'other', 1), 'packets');
    await Promise.resolve();
    await new Promise<void>((resolve) => process.nextTick(resolve));
    assert.deepEqual(order, ['slow']);
    await nextIteration();
    await nextIteration();
    assert.deepEqual(order, ['slow', 'other']);
  });

  test('filters are handled when nothing else waits, and in any case one per iteration', async () => {
    const { turns, client, order } = setUp({ filtersPerSecond: 100_000 });
    turns.ask(client('packets', 'a', 200), 'packets');
    turns.ask(client('filters', 'b', 3, 100, 'filters'), 'filters');
    for (let iteration = 0; iteration < 6; iteration += 1) await nextIteration();
    const [first = 0, second = 0] = order.flatMap((name, at) => (name === 'filters' ? [at] : []));
    assert.equal(order.filter((name) => name === 'filters').length, 3);
    assert.ok(first > 0 && second > first + 1, 'packets before, between and behind');
  });

  test('filters of all clients together are limited to their rate', async () => {
    const { turns, clock, client, order, room } = setUp({ filtersPerSecond: 1000 });
    room.forFilters = false;
    for (const name of ['a', 'b', 'c']) {
      turns.ask(client(name, name, 10, 100, 'filters'), 'filters');
    }
    room.forFilters = true;
    for (let ms = 0; ms < 1000; ms += 10) {
      for (let iteration = 0; iteration < 3; iteration += 1) await nextIteration();
      clock.advance(10);
    }
    // 200 at once, and one packet in advance.
    assert.ok(order.length >= 10 && order.length <= 13, `${order.length}`);
    const counts = ['a', 'b', 'c'].map((name) => order.filter((one) => one === name).length);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, 'each party as many as the others');
  });

  test('while earlier filters keep the broker busy, more filters wait; other packets do not', async () => {
    const { turns, client, order, room } = setUp();
    room.forFilters = false;
    turns.ask(client('filters', 'a', 1, 10, 'filters'), 'filters');
    turns.ask(client('packets', 'b', 1), 'packets');
    await nextIteration();
    assert.deepEqual(order, ['packets']);
    room.forFilters = true;
    await nextIteration();
    await nextIteration();
    assert.deepEqual(order, ['packets', 'filters']);
  });

  test('a client that has left gets no turn', async () => {
    const { turns, client, order } = setUp();
    turns.ask(client('first', 'a', 1), 'packets');
    const gone = client('gone', 'a', 1);
    turns.ask(gone, 'packets');
    turns.leave(gone);
    await nextIteration();
    assert.deepEqual(order, ['first']);
  });
});
