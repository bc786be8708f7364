import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readValue, writtenValue } from '../../../src/card/setting-lines.ts';

test('values with quotes and comments', () => {
  for (const [text, value, remark] of [
    ['Home', 'Home', undefined],
    ['  Home  ', 'Home', undefined],
    ['"Home"', 'Home', undefined],
    ['"Home";', 'Home', undefined],
    ['“Home” # mine', 'Home', 'comment'],
    ['"a # b"', 'a # b', undefined],
    ['"a" # "b"', 'a', 'comment'],
    ['"ab"cd"', 'ab"cd', undefined],
    ["'t Huis", "'t Huis", undefined],
    ["'t Huis 'n", "'t Huis 'n", undefined],
    ['a # b', 'a', 'comment'],
    ['a #b', 'a', 'comment'],
    ['a#b', 'a#b', undefined],
    ['#b', '#b', undefined],
    ['# b', '', 'comment'],
    ['"Home', '"Home', 'quote'],
    ['"a" psk="b"', 'a', 'unclear'],
    ['', '', undefined],
  ] as const) {
    const read = readValue(text);
    assert.deepEqual([read.value, read.remark], [value, remark], text);
  }
});

test('every value that can be written is read as it is', () => {
  for (const value of ['Home', ' Home ', 'a # b', '"a"', "'a'", '# a', 'a"b', '"', '“a”', 'a;']) {
    const written = writtenValue(value);
    assert.ok(written !== undefined, value);
    assert.equal(readValue(written).value, value);
  }
  assert.equal(writtenValue('a\nb'), undefined);
});
