import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeText, straightQuotes, unquoted } from '../../../src/card/tidy-text.ts';

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('decodeText', () => {
  const wanted = 'name=Café\npassword=x\n';
  const windows = wanted.replaceAll('\n', '\r\n');
  for (const [editor, bytes] of [
    ['UTF-8', Buffer.from(wanted)],
    ['UTF-8 with a byte order mark and CRLF', Buffer.from(`\ufeff${windows}`)],
    ['UTF-16 of Notepad', Buffer.from(`\ufeff${windows}`, 'utf16le')],
    ['UTF-16 the other way round', utf16be(`\ufeff${windows}`)],
    ['UTF-16 without a mark', Buffer.from(windows, 'utf16le')],
    ['UTF-16 the other way round without a mark', utf16be(windows)],
    ['ANSI of Notepad', Buffer.from(windows, 'latin1')],
    ['line ends of old Macs', Buffer.from(wanted.replaceAll('\n', '\r'))],
    ['no line end at the end', Buffer.from(wanted.trimEnd())],
  ] as const) {
    test(editor, () => assert.equal(decodeText(bytes), wanted));
  }

  test('what nobody can see is gone, and blanks are blanks', () => {
    assert.equal(decodeText(Buffer.from('na\u200bme\u00a0=\u202fa\u00adb\u2060\0')), 'name = ab\n');
  });

  test('an empty file is an empty text', () => {
    assert.equal(decodeText(Buffer.alloc(0)), '');
  });
});

test('quotes around a value go, whoever made them; those inside stay', () => {
  for (const value of ['"a b"', '“a b”', '‘a b’', "'a b'", ' „a b“ ', '«a b»']) {
    assert.equal(unquoted(value), 'a b', value);
  }
  assert.equal(unquoted('Anna’s iPhone'), 'Anna’s iPhone');
  assert.equal(unquoted('"'), '"');
  assert.equal(straightQuotes('it’s “so”'), 'it\'s "so"');
});
