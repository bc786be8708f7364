import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairLines } from '../../../src/access/fair-lines.ts';

const all = (lines: FairLines<string>, isReady: (party: string) => boolean = () => true) => {
  const items: string[] = [];
  for (let item = lines.next(isReady); item; item = lines.next(isReady)) items.push(item);
  return items;
};

test('queues take turns, each in its own order', () => {
  const lines = new FairLines<string>({ most: 10, mostInOne: 10 });
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) lines.add(item.charAt(0), item);
  assert.deepEqual(all(lines), ['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  assert.deepEqual(all(lines), []);
});

test('a queue that is not ready is skipped', () => {
  const lines = new FairLines<string>({ most: 10, mostInOne: 10 });
  for (const item of ['a1', 'b1', 'b2']) lines.add(item.charAt(0), item);
  assert.deepEqual(
    all(lines, (party) => party === 'b'),
    ['b1', 'b2'],
  );
  assert.deepEqual(all(lines), ['a1']);
});

test('when all places are taken, the last of the longest queue gives its place to a shorter one', () => {
  const lines = new FairLines<string>({ most: 3, mostInOne: 3 });
  for (const item of ['a1', 'a2', 'a3']) assert.equal(lines.add('a', item), undefined);
  assert.equal(lines.add('a', 'a4'), 'a4');
  assert.equal(lines.add('b', 'b1'), 'a3');
  assert.equal(lines.add('b', 'b2'), 'b2');
  assert.equal(lines.add('c', 'c1'), 'a2');
  assert.equal(lines.add('d', 'd1'), 'd1');
  assert.deepEqual(all(lines), ['a1', 'b1', 'c1']);
});

test('each queue has its own limit, and a removed item frees its place', () => {
  const lines = new FairLines<string>({ most: 10, mostInOne: 2 });
  lines.add('a', 'a1');
  lines.add('a', 'a2');
  assert.equal(lines.add('a', 'a3'), 'a3');
  lines.remove('a', 'a1');
  lines.remove('a', 'never there');
  assert.equal(lines.add('a', 'a3'), undefined);
  assert.deepEqual(all(lines), ['a2', 'a3']);
});
