import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createTemporaryCheck, offeredAddresses } from '../../../src/web/offered-addresses.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const own = [
  { interfaceName: 'docker0', address: '172.17.0.1' },
  { interfaceName: 'wlan0', address: 'fd00::5' },
  { interfaceName: 'wg0', address: '10.8.0.1' },
  { interfaceName: 'br0', address: '192.168.1.5' },
  { interfaceName: 'br-0a1b2c3d4e5f', address: '172.18.0.1' },
  { interfaceName: 'eth0', address: '169.254.3.4' },
  { interfaceName: 'wlan0', address: '10.0.0.5' },
];
const offered = (listensOn: string, isTemporary = (_address: string) => false) =>
  offeredAddresses(own, listensOn, isTemporary).map(({ address }) => address);

describe('the addresses that the page offers for the appender file', () => {
  test('IPv4 comes first, private networks and link-local last, networks of containers not at all', () => {
    assert.deepEqual(offered('::'), [
      '192.168.1.5',
      '10.0.0.5',
      'fd00::5',
      '10.8.0.1',
      '169.254.3.4',
    ]);
  });

  test('only those on which it listens', () => {
    assert.ok(!offered('0.0.0.0').includes('fd00::5'));
    assert.deepEqual(offered('10.0.0.5'), ['10.0.0.5']);
    assert.deepEqual(offered('fd00::5'), ['fd00::5']);
    assert.deepEqual(offeredAddresses(own, '127.0.0.1'), [
      { address: '127.0.0.1', interfaceName: '' },
    ]);
  });

  test('none that the machine will give up within a day', () => {
    assert.ok(!offered('::', (address) => address === 'fd00::5').includes('fd00::5'));
  });

  test('those of containers where there is nothing else', () => {
    const inside = own.filter(({ interfaceName }) => /^docker|^br-/.test(interfaceName));
    assert.equal(offeredAddresses(inside, '0.0.0.0').length, 2);
  });

  test('Linux says which IPv6 addresses are temporary, deprecated or not yet in use', (context) => {
    const file = join(temporaryFolder(context), 'if_inet6');
    writeFileSync(
      file,
      [
        'fd000000000000000000000000000005 02 40 00 80 wlan0',
        'fd000000000000000000000000000006 02 40 00 01 wlan0',
        'fd000000000000000000000000000007 02 40 00 20 wlan0',
        'fd000000000000000000000000000008 02 40 00 40 wlan0',
        '',
      ].join('\n'),
    );
    const isTemporary = createTemporaryCheck(file);
    assert.deepEqual(['fd00::5', 'fd00::6', 'fd00::7', 'fd00::8'].filter(isTemporary), [
      'fd00::6',
      'fd00::7',
      'fd00::8',
    ]);
    assert.equal(createTemporaryCheck(`${file}.missing`)('fd00::6'), false);
  });
});
