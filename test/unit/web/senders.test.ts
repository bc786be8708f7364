import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Senders } from '../../../src/web/senders.ts';
import { userEvent } from '../../support/events.ts';
import { ManualClock } from '../../support/manual-clock.ts';

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

const rejection = (address: string, reason = 'unknown-command') => ({
  address,
  reason,
  message: `${reason} in words`,
  remedy: 'what to do',
  atMs: Date.parse('2026-11-23T12:00:01.000Z'),
});

test('a wrong server is not hidden behind a right one: both have a last event or rejection', () => {
  const senders = new Senders(new ManualClock());
  senders.rejected(rejection('10.0.0.7', 'missing-user'));
  senders.rejected(rejection('10.0.0.7', 'wrong-appender'));
  senders.add(userEvent({ source: '10.0.0.1' }));
  senders.add(userEvent({ source: '10.0.0.1', kind: 'connection-close' }));
  senders.rejected(rejection('10.0.0.1'));
  senders.add(userEvent({ source: '10.0.0.1' }));
  const at = '2026-11-23T12:00:01.000Z';
  const remedy = 'what to do';
  assert.deepEqual(senders.statuses(), [
    {
      address: '10.0.0.1',
      events: 3,
      rejected: { 'unknown-command': 1 },
      lastEvent: { host: 'sense1', command: 'Open connection', at: '2026-11-23T12:00:00.000Z' },
      lastRejection: {
        reason: 'unknown-command',
        message: 'unknown-command in words',
        remedy,
        at,
      },
    },
    {
      address: '10.0.0.7',
      events: 0,
      rejected: { 'missing-user': 1, 'wrong-appender': 1 },
      lastRejection: { reason: 'wrong-appender', message: 'wrong-appender in words', remedy, at },
    },
  ]);
});

describe('of senders without number, so many are kept', () => {
  const flood = (senders: Senders, count = 10_000) => {
    for (let number = 0; number < count; number += 1) {
      senders.rejected(rejection(`10.1.${number >> 8}.${number & 255}`));
    }
  };
  const addresses = (senders: Senders) => senders.statuses().map(({ address }) => address);

  test('those that send events stay, also when forged junk comes more often', () => {
    const clock = new ManualClock();
    const senders = new Senders(clock);
    for (let number = 0; number < 20; number += 1) {
      senders.add(userEvent({ source: `10.0.0.${number}` }));
    }
    for (let round = 0; round < 5; round += 1) flood(senders);
    const kept = addresses(senders);
    assert.equal(kept.length, 50);
    assert.equal(kept.filter((address) => address.startsWith('10.0.0.')).length, 20);
  });

  test('a server that sends only mistakes stays among forged ones', () => {
    const senders = new Senders(new ManualClock());
    senders.rejected(rejection('10.0.0.7'));
    senders.rejected(rejection('10.0.0.7'));
    flood(senders);
    assert.ok(addresses(senders).includes('10.0.0.7'));
  });

  test('a newcomer is always shown, with an event or without', () => {
    const clock = new ManualClock();
    const senders = new Senders(clock);
    for (let round = 0; round < 9; round += 1) {
      for (let number = 0; number < 50; number += 1) {
        senders.add(userEvent({ source: `10.0.0.${number}` }));
      }
    }
    senders.rejected(rejection('10.0.0.77'));
    assert.equal(addresses(senders)[0], '10.0.0.77');
    senders.add(userEvent({ source: '10.0.0.78' }));
    assert.deepEqual(addresses(senders).slice(0, 1), ['10.0.0.78']);
    assert.ok(!addresses(senders).includes('10.0.0.77'));
    assert.equal(addresses(senders).length, 50);
  });

  test('one whose last event is long ago gives way', () => {
    const clock = new ManualClock();
    const senders = new Senders(clock);
    for (let number = 0; number < 9; number += 1) senders.add(userEvent({ source: '10.0.0.1' }));
    clock.advance(25 * 3_600_000);
    senders.add(userEvent({ source: '10.0.0.2' }));
    flood(senders);
    assert.ok(!addresses(senders).includes('10.0.0.1'));
    assert.ok(addresses(senders).includes('10.0.0.2'));
  });
});

test('an event that came before the clock was set is marked', () => {
  const senders = new Senders(new ManualClock());
  senders.add(userEvent({ timeUnknown: true }));
  assert.equal(senders.statuses()[0]?.lastEvent?.timeUnknown, true);
});
