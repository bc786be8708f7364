import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Party } from '../../../../src/access/fair-shares.ts';
import { Places } from '../../../../src/broker/access/places.ts';

const stranger = (key: string): Party => ({ key, standing: 'stranger' });

function placesFor(count: number) {
  const ended: string[] = [];
  const places = new Places<string>({ count, end: (holder) => ended.push(holder) });
  return { places, ended };
}

test('one address may have all places, and gives them up for others', () => {
  const { places, ended } = placesFor(4);
  for (const holder of ['a1', 'a2', 'a3', 'a4']) assert.ok(places.take(holder, stranger('a')));
  assert.equal(places.take('a5', stranger('a')), false, 'it has most of all');
  assert.ok(places.take('b1', stranger('b')));
  assert.ok(places.take('b2', stranger('b')));
  assert.deepEqual(ended, ['a4', 'a3'], 'those who came last go first');
  assert.equal(places.take('b3', stranger('b')), false, 'both have as many');
  assert.ok(places.take('c1', stranger('c')));
});

test('users come before known addresses, and those before unknown ones', () => {
  const { places, ended } = placesFor(2);
  places.take('a1', stranger('a'));
  places.take('b1', stranger('b'));
  assert.ok(places.take('k1', { key: 'k', standing: 'known' }));
  assert.ok(places.take('k2', { key: 'k', standing: 'known' }));
  assert.equal(places.take('c1', stranger('c')), false);
  assert.ok(places.take('u1', { key: 'anna', standing: 'signedIn' }));
  assert.ok(places.take('u2', { key: 'anna', standing: 'signedIn' }));
  assert.equal(places.take('k3', { key: 'k', standing: 'known' }), false);
  assert.equal(places.take('u3', { key: 'anna', standing: 'signedIn' }), false);
  assert.equal(ended.length, 4);
});

test('a returned place is free, even if it is returned twice', () => {
  const { places } = placesFor(1);
  places.take('a1', stranger('a'));
  places.release('a1');
  places.release('a1');
  assert.ok(places.take('b1', stranger('b')));
  assert.equal(places.take('b2', stranger('b')), false);
});
