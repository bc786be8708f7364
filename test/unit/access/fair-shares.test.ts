import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairShares, type Party } from '../../../src/access/fair-shares.ts';

const stranger = (key: string): Party => ({ key, standing: 'stranger' });
const known = (key: string): Party => ({ key, standing: 'known' });
const user = (key: string): Party => ({ key, standing: 'signedIn' });

test('the party that has most gives way first, and unknown parties before all others', () => {
  const shares = new FairShares();
  shares.add(user('goran'), 100);
  shares.add(known('10.0.0.2'), 50);
  assert.deepEqual(shares.first, known('10.0.0.2'));
  shares.add(stranger('10.0.0.3'), 2);
  shares.add(stranger('10.0.0.4'), 3);
  assert.deepEqual(shares.first, stranger('10.0.0.4'));
  assert.equal(shares.total, 155);
  shares.remove(stranger('10.0.0.4'), 2);
  assert.deepEqual(shares.first, stranger('10.0.0.3'));
  shares.remove(stranger('10.0.0.3'), 2);
  shares.remove(stranger('10.0.0.4'), 1);
  assert.deepEqual(shares.first, known('10.0.0.2'));
  assert.equal(shares.total, 150);
});

test('nobody gives way to a party that would then have as much', () => {
  const shares = new FairShares();
  shares.add(stranger('10.0.0.3'), 2);
  assert.deepEqual(shares.firstToGiveWayTo(stranger('10.0.0.4')), stranger('10.0.0.3'));
  shares.add(stranger('10.0.0.4'), 1);
  assert.equal(shares.firstToGiveWayTo(stranger('10.0.0.4')), undefined);
  assert.equal(shares.firstToGiveWayTo(stranger('10.0.0.3')), undefined);
  assert.deepEqual(shares.firstToGiveWayTo(user('10.0.0.3')), stranger('10.0.0.3'));
});

test('a user whose name looks like an address has a separate share', () => {
  const shares = new FairShares();
  shares.add(user('10.0.0.3'), 5);
  assert.equal(shares.of(stranger('10.0.0.3')), 0);
  assert.equal(shares.firstToGiveWayTo(stranger('10.0.0.3')), undefined);
});
