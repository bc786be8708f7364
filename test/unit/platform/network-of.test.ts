import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopbackNetwork, networkOf } from '../../../src/platform/addresses.ts';

test('an IPv4 address is one host, an IPv6 host has a /64', () => {
  assert.equal(networkOf('10.0.0.5'), '10.0.0.5');
  assert.equal(networkOf('::ffff:10.0.0.5'), '10.0.0.5');
  assert.equal(networkOf('2001:db8::1'), networkOf('2001:db8:0:0:ffff::2'));
  assert.notEqual(networkOf('2001:db8::1'), networkOf('2001:db8:0:1::1'));
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2'));
});

test('this machine is recognized by any of its loopback addresses', () => {
  for (const address of ['127.0.0.1', '127.0.3.4', '::1', '::ffff:127.0.0.1']) {
    assert.equal(isLoopbackNetwork(networkOf(address)), true, address);
  }
  for (const address of ['10.0.0.1', 'fe80::1', '2001:db8::1']) {
    assert.equal(isLoopbackNetwork(networkOf(address)), false, address);
  }
});
