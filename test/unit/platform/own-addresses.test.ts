import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { describe, test } from 'node:test';
import { ownAddresses } from '../../../src/platform/addresses.ts';

const address = (text: string, internal = false): NetworkInterfaceInfo => ({
  address: text,
  internal,
  netmask: '',
  mac: '',
  cidr: null,
  ...(text.includes(':') ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' }),
});

const interfaces = () => ({
  lo: [address('127.0.0.1', true), address('::1', true)],
  wlan0: [address('fe80::1'), address('fd00::5'), address('169.254.3.4'), address('10.0.0.5')],
  eth0: [address('192.168.1.5')],
});

const addresses = (read: typeof interfaces, reachedAt: string) =>
  ownAddresses(reachedAt, read).map((own) => own.address);

describe('the addresses that a Sense server may send to', () => {
  test('IPv4 comes first, link-local last, loopback not at all', () => {
    assert.deepEqual(addresses(interfaces, '127.0.0.1'), [
      '10.0.0.5',
      '192.168.1.5',
      'fd00::5',
      '169.254.3.4',
    ]);
  });

  test('the address at which the request arrived comes first', () => {
    assert.equal(addresses(interfaces, '::ffff:192.168.1.5')[0], '192.168.1.5');
  });

  test('if the kernel may not be asked, that is the only one', () => {
    const forbidden = () => {
      throw new Error('EAFNOSUPPORT');
    };
    assert.deepEqual(ownAddresses('10.0.0.5', forbidden), [
      { address: '10.0.0.5', interfaceName: '' },
    ]);
    assert.deepEqual(ownAddresses('127.0.0.1', forbidden), []);
  });
});
