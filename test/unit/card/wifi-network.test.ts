import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  preSharedKey,
  supplicantConfiguration,
  wifiNetwork,
} from '../../../src/card/wifi-network.ts';

test('keys as in the examples of IEEE 802.11, J.4.2', () => {
  assert.equal(
    preSharedKey('IEEE', 'password'),
    'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e',
  );
  assert.equal(
    preSharedKey('ThisIsASSID', 'ThisIsAPassword'),
    '0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af',
  );
});

test('a configuration for wpa_supplicant, in which no name can break out of its quotes', () => {
  assert.equal(
    supplicantConfiguration([wifiNetwork('a"\n}', 'x'.repeat(8))], 'SE'),
    `ctrl_interface=/run/wpa_supplicant
country=SE
network={
\tssid=61220a7d
\tscan_ssid=1
\tpsk=${preSharedKey('a"\n}', 'xxxxxxxx')}
}
`,
  );
});

test('an open network, and none of a country', () => {
  const text = supplicantConfiguration([wifiNetwork('Guests', '')], undefined);
  assert.match(text, /key_mgmt=NONE/);
  assert.doesNotMatch(text, /psk|country/);
});

test('a name with a curly quote is looked for with a straight one, too', () => {
  const { spellings } = wifiNetwork('Anna’s', 'password');
  assert.deepEqual(
    spellings.map(({ ssid }) => Buffer.from(ssid, 'hex').toString()),
    ['Anna’s', "Anna's"],
  );
  assert.deepEqual(
    spellings.map(({ key }) => key),
    [preSharedKey('Anna’s', 'password'), preSharedKey("Anna's", 'password')],
  );
});

test('of several networks the first one is preferred', () => {
  const names = ['Home', 'Anna’s', 'Guests'];
  const text = supplicantConfiguration(
    names.map((name) => wifiNetwork(name, name === 'Guests' ? '' : 'password')),
    undefined,
  );
  const found = [...text.matchAll(/\tssid=(\w+)\n[^}]*\tpriority=(\d)\n/g)].map(
    ([, ssid = '', priority]) => [Buffer.from(ssid, 'hex').toString(), priority],
  );
  assert.deepEqual(found, [
    ['Home', '3'],
    ['Anna’s', '2'],
    ["Anna's", '2'],
    ['Guests', '1'],
  ]);
});
