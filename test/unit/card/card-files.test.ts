import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCardFile, mayHaveMeaning } from '../../../src/card/card-files.ts';

const file = (name: string, text = '', modifiedMs = 0) => ({
  name,
  bytes: Buffer.from(text),
  modifiedMs,
});

test('names are forgiven: their case, and the ending that Windows hides', () => {
  for (const [name, wanted] of [
    ['wifi.txt', 'wifi.txt'],
    ['WIFI.TXT', 'wifi.txt'],
    ['Wifi.txt.txt', 'wifi.txt'],
    ['wifi', 'wifi.txt'],
    ['authorized_keys.txt', 'authorized_keys'],
    ['blinky.yaml.txt', 'blinky.yaml'],
    ['Blinky.yml', 'blinky.yaml'],
    ['New-Password.txt', 'new-password.txt'],
  ] as const) {
    assert.equal(findCardFile([file(name)], wanted).file?.name, name);
  }
  for (const name of ['._wifi.txt', 'wifi.txt~', 'password.txt', 'config.txt', 'result.txt']) {
    assert.equal(mayHaveMeaning(name), false, name);
  }
});

test('of two, the one changed last counts, and the other is named', () => {
  const found = findCardFile(
    [file('wifi.txt', 'untouched', 1), file('wifi.txt.txt', 'mine', 2)],
    'wifi.txt',
  );
  assert.deepEqual(found, {
    file: { name: 'wifi.txt.txt', text: 'mine\n' },
    passedOver: ['wifi.txt'],
  });
});
