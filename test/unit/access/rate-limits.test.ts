import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressLimits, RateLimits } from '../../../src/access/rate-limits.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('each key has its own limit, and gets back what it did not need', () => {
  const clock = new ManualClock();
  const limits = new RateLimits({ burst: 2, everyMs: 1000 }, clock);
  for (const key of ['a', 'b']) {
    assert.equal(limits.take(key), 0);
    assert.equal(limits.take(key), 0);
    assert.equal(limits.waitMs(key), 1000);
    assert.equal(limits.used(key), 2);
  }
  limits.giveBack('a');
  assert.equal(limits.take('a'), 0);
  assert.equal(limits.take('b'), 1000);
  clock.advance(2000);
  limits.giveBack('a');
  assert.equal(limits.used('a'), 0);
  limits.giveBack('unknown');
  assert.equal(limits.used('unknown'), 0);
});

test('each IPv4 address and each /64 network of IPv6 has its own limit', () => {
  const limits = new AddressLimits({ burst: 1, everyMs: 1000 }, new ManualClock());
  assert.equal(limits.take('192.0.2.1'), 0);
  assert.equal(limits.take('::ffff:192.0.2.1'), 1000);
  assert.equal(limits.take('192.0.2.2'), 0);
  assert.equal(limits.take('2001:db8:0:1::1'), 0);
  assert.equal(limits.take('2001:db8:0:1:ffff::2'), 1000);
  assert.equal(limits.take('2001:db8:0:2::1'), 0);
  assert.equal(limits.waitMs('fe80::1'), 0);
});

test('however many addresses come, few are remembered, and those that behave are dropped first', () => {
  const clock = new ManualClock();
  const limits = new AddressLimits({ burst: 1, everyMs: 1000 }, clock);
  const address = (index: number) => `10.0.${index >> 8}.${index & 255}`;
  for (let index = 0; index < 999; index += 1) limits.take(address(index));
  clock.advance(999);
  limits.take('192.0.2.1');
  clock.advance(1);
  limits.take('192.0.2.2');
  assert.equal(limits.waitMs('192.0.2.1'), 999);
});
