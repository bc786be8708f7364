import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressProblem } from '../../../src/appender/address.ts';
import { addressNotes } from '../../../src/appender/address-notes.ts';
import { likelyAddress } from '../../../src/appender/likely-address.ts';

describe('an address for the appender file', () => {
  const fine = [
    '10.0.0.5',
    '192.168.1.255',
    '169.254.3.4',
    '2001:db8::5',
    'fd00::2',
    'blinky',
    'BLINKY',
    'blinky.local',
    'pi4.lab.example.com',
    '4pi',
    '10.0.0.5.nip.io',
    'xn--kche-0ra.example',
    `${'a'.repeat(63)}.example`,
  ];
  for (const text of fine) {
    test(`${text} can work`, () => assert.equal(addressProblem(text), undefined));
  }

  /** What was typed, what is wrong with it, and what is proposed instead. */
  const wrong: readonly (readonly [string, RegExp, string?, number?])[] = [
    // The port has a place of its own.
    ['10.0.0.5:9997', /includes a port/, '10.0.0.5', 9997],
    ['blinky.local:80', /includes a port/, 'blinky.local', 80],
    ['1:2', /includes a port/],
    ['10.0.0.5:', /includes a port/, '10.0.0.5'],
    [':9997', /includes a port/],
    ['[2001:db8::5]:9997', /includes a port/, '2001:db8::5', 9997],
    ['10.0.0.5;9997', /contains ";"/, '10.0.0.5', 9997],
    ['10.0.0.5:99999', /includes a port/, '10.0.0.5'],
    // Numbers that are no address.
    ['10.0.0.999', /not a valid IPv4 address: 999 is more than 255/],
    ['10.0.0', /not a valid IPv4 address: it needs four numbers/],
    ['10.0.0.0.5', /not a valid IPv4 address: it needs four numbers/],
    ['10', /not a valid IPv4 address/],
    ['167772165', /not a valid IPv4 address/],
    ['0x0a000005', /not a valid IPv4 address/],
    ['010.0.0.5', /not a valid IPv4 address: 010 starts with a zero/, '10.0.0.5'],
    ['10.0.0.O', /not a valid IPv4 address/],
    ['10.0.0.x', /not a valid IPv4 address/],
    ['l0.0.0.5', /not a valid IPv4 address/],
    ['a.b.c.10', /not a valid IPv4 address/],
    ['10,0,0,5', /commas instead of dots/, '10.0.0.5'],
    ['１０．０．０．５', /contains "１"/, '10.0.0.5'],
    ['10。0。0。5', /contains "。"/, '10.0.0.5'],
    ['2001:db8:::5', /not a valid IPv6 address/],
    ['b8:27:eb:12:34:56', /MAC address/],
    ['b8-27-eb-12-34-56', /MAC address/],
    // Spaces, and what is not seen.
    ['', /not an address/],
    [' ', /starts or ends with a space/],
    [' 10.0.0.5', /starts or ends with a space/, '10.0.0.5'],
    ['10.0.0.5\n', /starts or ends with a space/, '10.0.0.5'],
    ['10.0.0.5 10.0.0.6', /contains a space/],
    ['10.0.0.5,10.0.0.6', /more than one address/],
    ['blinky light', /contains a space/],
    ['\u200b10.0.0.5', /invisible character \(U\+200B\)/, '10.0.0.5'],
    ['“10.0.0.5”', /contains "“"/, '10.0.0.5'],
    ['10.0.0.5\0', /invisible character \(U\+0000\)/],
    // What belongs elsewhere.
    ['http://blinky.local:8080/setup', /is a URL/, 'blinky.local'],
    ['udp://10.0.0.5:9997', /is a URL/, '10.0.0.5', 9997],
    ['//10.0.0.5', /is a URL/, '10.0.0.5'],
    ['10.0.0.5/24', /range of addresses/, '10.0.0.5'],
    ['blinky.local/setup', /contains a path/, 'blinky.local'],
    ['[2001:db8::5]', /in brackets/, '2001:db8::5'],
    ['pi@10.0.0.5', /contains "@"/, '10.0.0.5'],
    // Addresses that reach nobody, or somebody else.
    ['0.0.0.0', /every address/],
    ['::', /every address/],
    ['0:0:0:0:0:0:0:0', /every address/],
    ['127.0.0.1', /the machine itself/],
    ['127.1.2.3', /the machine itself/],
    ['::1', /the machine itself/],
    ['localhost', /the machine itself/],
    ['LocalHost.localdomain', /the machine itself/],
    ['224.0.0.251', /multicast/],
    ['ff02::fb', /multicast/],
    ['255.255.255.255', /broadcast/],
    ['240.0.0.1', /reserved/],
    ['0.0.0.5', /not the address of a machine/],
    ['fe80::1', /link-local/],
    ['fe80::1%eth0', /contains a zone/],
    ['2001:db8::5%eth0', /contains a zone/, '2001:db8::5'],
    ['::ffff:10.0.0.5', /IPv4 address in IPv6 notation/, '10.0.0.5'],
    ['::FFFF:a00:5', /IPv4 address in IPv6 notation/, '10.0.0.5'],
    // Names that nobody can look up.
    ['blinky.local.', /ends with a dot/, 'blinky.local'],
    ['host_name', /underscore/],
    ['-blinky', /hyphen/],
    ['blinky-.local', /hyphen/],
    ['blinky..local', /nothing between two dots/],
    ['.local', /nothing between two dots/],
    ['küche.local', /contains "ü"/],
    ['a*b', /contains "\*"/],
    ['"><x>', /contains """/],
    ['a'.repeat(64), /more than 63 characters/],
    [`${'a.'.repeat(130)}b`, /too long/],
  ];
  for (const [text, problem, address, port] of wrong) {
    test(`${JSON.stringify(text).slice(0, 40)} can't work: ${problem.source}`, () => {
      const found = addressProblem(text);
      assert.match(found?.message ?? '', problem);
      assert.doesNotMatch(found?.message ?? '', /[\n\0]/);
      assert.deepEqual(likelyAddress(text), address && { address, port });
    });
  }
});

describe('an address that may not work', () => {
  const notes = (address: string, own: readonly string[] = [], listensOn?: string) =>
    addressNotes(address, { own, listensOn }).join('\n');

  test('an IPv4 address of the appliance needs no note', () => {
    assert.equal(notes('10.0.0.5'), '');
    assert.equal(notes('10.0.0.5', ['192.168.1.5', '10.0.0.5'], '::'), '');
  });

  test('a name is looked up once; those of the local network often not at all', () => {
    assert.match(notes('pi.lab.example'), /looks up pi\.lab\.example only once/);
    assert.doesNotMatch(notes('pi.lab.example'), /\.local/);
    assert.match(notes('Blinky.LOCAL'), /end in \.local/);
    assert.match(notes('blinky'), /no domain/);
    assert.doesNotMatch(notes('blinky', ['10.0.0.5']), /not an address of this appliance/);
  });

  test('an IPv6 address: not every log4net sends there, and not every appliance listens there', () => {
    assert.match(notes('2001:db8::5'), /log4net 1\.2\.10.*IPv4 addresses only/);
    assert.match(notes('fd00::5', ['fd00::5'], '0.0.0.0'), /listens on IPv4 only/);
    assert.doesNotMatch(notes('fd00::5', ['fd00::5'], '::'), /listens on/);
  });

  test('an address of somebody else', () => {
    assert.match(notes('10.0.0.9', ['10.0.0.5']), /not an address of this machine \(10\.0\.0\.5\)/);
    assert.doesNotMatch(notes('FD00:0::5', ['fd00::5']), /not an address of/);
    assert.match(
      notes('10.0.0.9', ['10.0.0.5', '10.0.0.9'], '10.0.0.5'),
      /listens on 10\.0\.0\.5 only/,
    );
    assert.match(notes('10.0.0.5', ['10.0.0.5'], '127.0.0.1'), /from this machine only/);
    assert.match(notes('169.254.3.4'), /can change at any time/);
  });
});
