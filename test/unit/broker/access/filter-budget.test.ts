import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Party } from '../../../../src/access/fair-shares.ts';
import {
  FilterBudget,
  type FilterHolder,
  weightOfFilter,
} from '../../../../src/broker/access/filter-budget.ts';

function holder(key: string, standing: Party['standing'], ended: string[]): FilterHolder {
  return { party: { key, standing }, giveWay: () => ended.push(key) };
}

test('a client with too many gives way to others, and gets no more', () => {
  const ended: string[] = [];
  const budget = new FilterBudget(10);
  const greedy = holder('10.0.0.3', 'stranger', ended);
  for (let count = 0; count < 10; count += 1) {
    assert.ok(budget.hasRoomFor(greedy.party, 1));
    budget.add(greedy, 1);
  }
  assert.equal(budget.hasRoomFor(greedy.party, 1), false);
  assert.deepEqual(ended, []);
  const other = holder('10.0.0.4', 'stranger', ended);
  assert.ok(budget.hasRoomFor(other.party, 1));
  assert.deepEqual(ended, ['10.0.0.3']);
  assert.equal(budget.total, 0);
});

test('users lose nothing to anonymous clients', () => {
  const ended: string[] = [];
  const budget = new FilterBudget(10);
  budget.add(holder('anna', 'signedIn', ended), 10);
  assert.equal(budget.hasRoomFor({ key: '10.0.0.4', standing: 'stranger' }, 1), false);
  assert.deepEqual(ended, []);
});

test('what is removed is available again', () => {
  const budget = new FilterBudget(10);
  const one = holder('anna', 'signedIn', []);
  budget.add(one, 7);
  budget.add(one, -3);
  assert.equal(budget.total, 4);
  budget.release(one);
  budget.release(one);
  assert.equal(budget.total, 0);
});

test('a deep or long filter counts as several', () => {
  assert.equal(weightOfFilter('qliksense/#'), 1);
  assert.equal(weightOfFilter(Array(32).fill('+').join('/')), 4);
  assert.equal(weightOfFilter('x'.repeat(1024)), 8);
});
