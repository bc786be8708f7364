import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { excerpt } from '../../../src/platform/excerpt.ts';

describe('an excerpt for the log', () => {
  test('shows text unchanged', () => {
    for (const text of ['/x/;sense1;Åsa "B" \\ 🟢', '{"id":"01JDC0"}']) {
      assert.equal(excerpt(text), text);
      assert.equal(excerpt(Buffer.from(text)), text);
    }
    assert.equal(excerpt(''), '(empty)');
    assert.equal(excerpt(Buffer.alloc(0)), '(empty)');
  });

  test("escapes characters that can't be printed or change how others are displayed", () => {
    assert.equal(
      excerpt('a\r\n\0\u001b[2J\u0085\u2028\u202eb\ufeff'),
      String.raw`a\r\n\u0000\u001b[2J\u{85}\u{2028}\u{202e}b\u{feff}`,
    );
  });

  test('shows bytes that are not UTF-8 one by one', () => {
    assert.equal(excerpt(Buffer.from([0x47, 0xf6, 0x00, 0x7f])), String.raw`G\xf6\u0000\x7f`);
  });

  test('only shows the bytes of a view of a larger buffer', () => {
    const whole = new Uint8Array(Buffer.from('before middle after'));
    assert.equal(excerpt(whole.subarray(7, 13)), 'middle');
  });

  test('has a limited length', () => {
    assert.equal(excerpt('x'.repeat(65_507)), `${'x'.repeat(2000)}… (65507 characters)`);
    // Half a surrogate pair is not a character.
    const cut = excerpt(`${'x'.repeat(1999)}🟢`);
    assert.ok(cut.endsWith(String.raw`x\u{d83d}… (2001 characters)`), cut.slice(-40));
  });
});
