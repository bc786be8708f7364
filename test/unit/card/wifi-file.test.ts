import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countryCode } from '../../../src/card/country.ts';
import { readWifiFile, withPasswordsStored } from '../../../src/card/wifi-file.ts';
import { lines } from '../../support/card-contents.ts';

const read = (text: string) => readWifiFile('wifi.txt', text);
const passwordOf = (text: string) => read(text).networks[0]?.password;
const notesOf = (text: string) => lines(read(text).notes);

describe('wifi.txt', () => {
  test('however people write it', () => {
    for (const text of [
      'country=SE\nname=Our Wi-Fi\npassword=correct horse\n',
      'Country: Sweden\nName: Our Wi-Fi\nPassword: correct horse\n',
      '  COUNTRY = "se"\nname = “Our Wi-Fi”\npassword = \'correct horse\'\n',
      'country=SE\nnetwork={\n\tssid="Our Wi-Fi"\n\tpsk="correct horse"\n}\n',
      '# comment\n\npassword=correct horse\nname=Our Wi-Fi\ncountry=SE\n',
    ]) {
      const { notes, country, networks, hasFaults } = read(text);
      assert.deepEqual(
        { country, networks, hasFaults, notes },
        {
          country: 'SE',
          networks: [{ name: 'Our Wi-Fi', password: 'correct horse' }],
          hasFaults: false,
          notes: [],
        },
        text,
      );
    }
  });

  test('signs of the file’s own grammar may stand in a password', () => {
    assert.equal(passwordOf('name=a\npassword=p=a:s#s"w’d\n'), 'p=a:s#s"w\'d');
  });

  test('nothing behind name: no Wi-Fi; nothing behind password: an open one', () => {
    assert.equal(read('country=\nname=\npassword=\n').isEmptied, true);
    assert.equal(passwordOf('name=Guests\npassword=\n'), '');
  });

  test('the key itself, 64 hexadecimal digits, is no password that is too long', () => {
    assert.equal(read(`name=a\npassword=${'0aF9'.repeat(16)}\n`).hasFaults, false);
  });

  test('what is wrong: file, line, and how to mend it', () => {
    assert.deepEqual(notesOf('name=a\npassword=short\n'), [
      'wrong: wifi.txt, line 2: the password has 5 characters; a Wi-Fi password has 8 to 63. Fix: enter it again',
    ]);
    assert.deepEqual(notesOf(`name=${'ö'.repeat(17)}\npassword=\n`), [
      'wrong: wifi.txt, line 1: the name is too long (34 bytes; at most 32). Fix: enter it exactly as shown on your phone',
    ]);
    assert.deepEqual(notesOf('name=a\n'), [
      'wrong: wifi.txt: the password is missing. Fix: add password=… (for a Wi-Fi without a password, leave password= empty)',
    ]);
    assert.deepEqual(notesOf('country=Atlantis\nname=a\npassword=12345678\nOur Wi-Fi\n'), [
      'wrong: wifi.txt, line 4: unknown setting. Fix: write name=…, password=… or country=…',
      'wrong: wifi.txt, line 1: unknown country "Atlantis". Fix: use its two-letter code, such as country=SE',
    ]);
    assert.deepEqual(notesOf('name=a\npassword=12345678\ncolour=red\n'), [
      'hint: wifi.txt, line 3: unknown setting "colour", ignored',
    ]);
  });

  test('no message repeats the password', () => {
    for (const text of [
      'name=a\npassword=secret1\n',
      `name=a\npassword=${'secret'.repeat(11)}\n`,
    ]) {
      assert.doesNotMatch(notesOf(text).join('\n'), /secret/);
    }
  });

  test('the stored mark takes the place of the password, and is none', () => {
    const text = '# mine\nname = a=b\npassword = correct horse\n';
    const stored = withPasswordsStored(text, read(text).passwordLines);
    assert.equal(
      stored,
      '# mine\nname = a=b\npassword =(stored; to change it, write the new one here)\n',
    );
    assert.deepEqual(read(stored).networks, [{ name: 'a=b', password: undefined }]);
    assert.equal(read(stored).hasFaults, false);
  });
});

test('countries by code or English name', () => {
  for (const [text, code] of [
    ['se', 'SE'],
    ['Sweden', 'SE'],
    [' germany ', 'DE'],
    ['UK', 'GB'],
    ['USA', 'US'],
    ['GB', 'GB'],
  ] as const) {
    assert.equal(countryCode(text), code);
  }
  for (const text of ['', 'XX', 'ZZ', 'EU', 'DD', 'SU', 'Atlantis', 'S', '12']) {
    assert.equal(countryCode(text), undefined, text);
  }
});
