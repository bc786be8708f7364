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

describe('where to listen', () => {
  for (const host of ['', '::', '0:0:0:0:0:0:0:0', '::0']) {
    test(`"${host}" is every address, IPv4 and IPv6`, async () => {
      assert.equal(isEveryAddress(host), true);
      assert.deepEqual(await bind(host, 'UDP', usual), { address: '::', lines: [] });
      assert.deepEqual(await bind(host, 'TCP', separate), { address: '::', lines: [] });
    });
  }

  test('a machine without IPv6 listens on IPv4, and says so to who wants details', async () => {
    for (const protocol of ['UDP', 'TCP'] as const) {
      const { address, lines } = await bind('::', protocol, withoutIPv6);
      assert.equal(address, '0.0.0.0');
      assert.match(lines.join(), /no IPv6/);
    }
  });

  test('a UDP socket for IPv6 that would leave out IPv4 is none to listen on', async () => {
    const { address, lines } = await bind('::', 'UDP', separate);
    assert.equal(address, '0.0.0.0');
    assert.match(lines.join(), /bindv6only/);
  });

  test('an address that was chosen stays, whatever the machine has', async () => {
    for (const host of ['0.0.0.0', '127.0.0.1', '::1', 'fd00::2', 'blinky.local']) {
      assert.deepEqual(await bind(host, 'UDP', withoutIPv6), { address: host, lines: [] });
      assert.equal(isEveryAddress(host), false);
    }
  });

  test('this machine has IPv6 or not: asking never fails', async () => {
    assert.match(await addressToBind({ host: '', protocol: 'UDP' }), /^(::|0\.0\.0\.0)$/);
  });

  test('a socket on every address is reached by IPv4, which every machine has', () => {
    for (const host of ['', '::', '0.0.0.0']) assert.equal(addressToReach(host), '127.0.0.1');
    for (const host of ['::1', '10.0.0.5']) assert.equal(addressToReach(host), host);
  });
});

describe('addresses as people know them', () => {
  test('an IPv4 address on an IPv6 socket is shown as IPv4, all others as they are', () => {
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
