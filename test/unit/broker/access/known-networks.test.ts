import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownNetworks } from '../../../../src/broker/access/known-networks.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const dayMs = 86_400_000;

function knownNetworks() {
  const clock = new ManualClock();
  const written: string[] = [];
  const known = new KnownNetworks({
    write: (network, seenAt) =>
      written.push(`${network} ${seenAt === undefined ? 'gone' : 'seen'}`),
    now: () => clock.now(),
  });
  return { clock, known, written };
}

test('a network is written when it is new, and then once a day', () => {
  const { clock, known, written } = knownNetworks();
  known.add('10.0.0.3');
  known.add('::ffff:10.0.0.3');
  assert.ok(known.has('10.0.0.3'));
  clock.advance(dayMs);
  known.add('10.0.0.3');
  assert.deepEqual(written, ['10.0.0.3 seen', '10.0.0.3 seen']);
});

test('many new networks do not displace those that were there before', () => {
  const { clock, known, written } = knownNetworks();
  known.add('10.0.0.3');
  for (let number = 0; number < 1000; number += 1) {
    known.add(`10.1.${number >> 8}.${number & 255}`);
  }
  assert.ok(known.has('10.0.0.3'));
  assert.equal(written.length, 256);
  clock.advance(31 * dayMs);
  known.add('10.2.0.1');
  assert.ok(known.has('10.2.0.1'), 'after a month there is room');
  assert.equal(written.at(-2), '10.0.0.3 gone');
});
