import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Senders } from '../../../../src/sinks/web/senders.ts';
import { userEvent } from '../../../support/events.ts';

test('counts the events of each machine, the one heard of last first', () => {
  const senders = new Senders();
  for (const [source, host] of [
    ['10.0.0.1', 'sense1'],
    ['10.0.0.2', 'sense2'],
    ['10.0.0.1', 'sense3'],
    ['10.0.0.1', 'sense4'],
  ]) {
    senders.add(userEvent({ source: source ?? '', host: host ?? '' }));
  }
  assert.deepEqual(
    senders.newestFirst().map(({ address, host, events }) => [address, host, events]),
    [
      ['10.0.0.1', 'sense4', 3],
      ['10.0.0.2', 'sense2', 1],
    ],
  );
});

test('forgets the machine that it has not heard of for longest when there are too many', () => {
  const senders = new Senders();
  for (let number = 0; number < 50; number += 1) {
    senders.add(userEvent({ source: `10.0.0.${number}` }));
  }
  senders.add(userEvent({ source: '10.0.0.0' }));
  senders.add(userEvent({ source: '10.0.1.1' }));
  const addresses = senders.newestFirst().map(({ address }) => address);
  assert.equal(addresses.length, 50);
  assert.deepEqual(addresses.slice(0, 2), ['10.0.1.1', '10.0.0.0']);
  assert.ok(!addresses.includes('10.0.0.1'));
});
