import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressWithoutZone, plainAddress, withPort } from '../../../src/platform/addresses.ts';
import {
  addressToBind,
  addressToReach,
  type IPv6Support,
  isEveryAddress,
} from '../../../src/platform/listen-address.ts';

const usual: IPv6Support = { isAvailable: async () => true, excludesIPv4: () => false };
const withoutIPv6: IPv6Support = { ...usual, isAvailable: async () => false };
const separate: IPv6Support = { ...usual, excludesIPv4: () => true };

function bind(host: string, protocol: 'UDP' | 'TCP', system: IPv6Support) {
  const lines: string[] = [];
  const log = { verbose: (line: string) => void lines.push(line) };
  return addressToBind({ host, protocol, log }, system).then((address) => ({ address, lines }));
}

describe('listen addresses', () => {
  for (const host of ['', '::', '0:0:0:0:0:0:0:0', '::0']) {
    test(`"${host}" means all addresses, IPv4 and IPv6`, async () => {
      assert.equal(isEveryAddress(host), true);
      assert.deepEqual(await bind(host, 'UDP', usual), { address: '::', lines: [] });
      assert.deepEqual(await bind(host, 'TCP', separate), { address: '::', lines: [] });
    });
  }

  test('a machine without IPv6 listens on IPv4, and logs that at verbose', async () => {
    for (const protocol of ['UDP', 'TCP'] as const) {
      const { address, lines } = await bind('::', protocol, withoutIPv6);
      assert.equal(address, '0.0.0.0');
      assert.match(lines.join(), /no IPv6/);
    }
  });

  test('an IPv6 UDP socket that excludes IPv4 is not used', async () => {
    const { address, lines } = await bind('::', 'UDP', separate);
    assert.equal(address, '0.0.0.0');
    assert.match(lines.join(), /bindv6only/);
  });

  test('a configured address is always used', async () => {
    for (const host of ['0.0.0.0', '127.0.0.1', '::1', 'fd00::2', 'blinky.local']) {
      assert.deepEqual(await bind(host, 'UDP', withoutIPv6), { address: host, lines: [] });
      assert.equal(isEveryAddress(host), false);
    }
  });

  test('checking for IPv6 never fails', async () => {
    assert.match(await addressToBind({ host: '', protocol: 'UDP' }), /^(::|0\.0\.0\.0)$/);
  });

  test('a socket on all addresses is reached over IPv4, which every machine has', () => {
    for (const host of ['', '::', '0.0.0.0']) assert.equal(addressToReach(host), '127.0.0.1');
    for (const host of ['::1', '10.0.0.5']) assert.equal(addressToReach(host), host);
  });
});

describe('addresses as people write them', () => {
  test('an IPv4 address on an IPv6 socket is shown as IPv4, all others unchanged', () => {
    assert.equal(plainAddress('::ffff:10.0.0.7'), '10.0.0.7');
    for (const address of ['10.0.0.7', '::1', '2001:db8::5', '::ffff:0:5', 'fe80::1%eth0', '']) {
      assert.equal(plainAddress(address), address);
    }
    assert.equal(addressWithoutZone('fe80::1%eth0'), 'fe80::1');
    assert.equal(addressWithoutZone('::ffff:10.0.0.7'), '10.0.0.7');
  });

  test('with a port, an IPv6 address is in brackets', () => {
    assert.equal(withPort('10.0.0.7', 80), '10.0.0.7:80');
    assert.equal(withPort('::', 80), '[::]:80');
  });
});
