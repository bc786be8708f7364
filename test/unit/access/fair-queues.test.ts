import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairQueues } from '../../../src/access/fair-queues.ts';

const all = (queues: FairQueues<string>, isReady: (party: string) => boolean = () => true) => {
  const items: string[] = [];
  for (let item = queues.next(isReady); item; item = queues.next(isReady)) items.push(item);
  return items;
};

test('queues take turns, each in its own order', () => {
  const queues = new FairQueues<string>({ most: 10, mostInOne: 10 });
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queues.add(item.charAt(0), item);
  assert.deepEqual(all(queues), ['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  assert.deepEqual(all(queues), []);
});

test('a queue that is not ready is skipped', () => {
  const queues = new FairQueues<string>({ most: 10, mostInOne: 10 });
  for (const item of ['a1', 'b1', 'b2']) queues.add(item.charAt(0), item);
  assert.deepEqual(
    all(queues, (party) => party === 'b'),
    ['b1', 'b2'],
  );
  assert.deepEqual(all(queues), ['a1']);
});

test('when all places are taken, the last of the longest queue gives its place to a shorter one', () => {
  const queues = new FairQueues<string>({ most: 3, mostInOne: 3 });
  for (const item of ['a1', 'a2', 'a3']) assert.equal(queues.add('a', item), undefined);
  assert.equal(queues.add('a', 'a4'), 'a4');
  assert.equal(queues.add('b', 'b1'), 'a3');
  assert.equal(queues.add('b', 'b2'), 'b2');
  assert.equal(queues.add('c', 'c1'), 'a2');
  assert.equal(queues.add('d', 'd1'), 'd1');
  assert.deepEqual(all(queues), ['a1', 'b1', 'c1']);
});

test('each queue has its own limit, and a removed item frees its place', () => {
  const queues = new FairQueues<string>({ most: 10, mostInOne: 2 });
  queues.add('a', 'a1');
  queues.add('a', 'a2');
  assert.equal(queues.add('a', 'a3'), 'a3');
  queues.remove('a', 'a1');
  queues.remove('a', 'never there');
  assert.equal(queues.add('a', 'a3'), undefined);
  assert.deepEqual(all(queues), ['a2', 'a3']);
});
