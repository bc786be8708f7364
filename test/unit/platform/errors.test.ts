import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  codeOf,
  isMissing,
  messageOf,
  shortMessageOf,
  whyUnreadable,
} from '../../../src/platform/errors.ts';

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

const missing = errorOf(() => readFileSync('/nowhere/at/all'));
const withCode = (code: unknown) => Object.assign(new Error('it failed'), { code });

test('every thrown value has a message', () => {
  assert.equal(messageOf(new Error('it failed')), 'it failed');
  assert.equal(messageOf('it failed'), 'it failed');
  assert.equal(messageOf(undefined), 'undefined');
  assert.equal(shortMessageOf(new Error(`a\n  b ${'x'.repeat(300)}`)), `a b ${'x'.repeat(196)}`);
});

test('a code is a text; other values have none', () => {
  assert.equal(codeOf(missing), 'ENOENT');
  assert.equal(codeOf(withCode(135)), undefined);
  assert.equal(codeOf({ code: 'ENOENT' }), undefined);
  assert.equal(codeOf(undefined), undefined);
  assert.equal(isMissing(missing), true);
  assert.equal(isMissing(withCode('EACCES')), false);
});

test("why a file can't be read, as it follows the name of the file", () => {
  assert.equal(whyUnreadable(missing), 'was not found');
  assert.equal(whyUnreadable(withCode('EPERM')), "can't be read: permission denied");
  assert.equal(whyUnreadable(errorOf(() => readFileSync('/'))), 'is a folder');
  assert.equal(whyUnreadable(withCode('EIO')), "can't be read (EIO)");
  assert.equal(whyUnreadable('odd'), "can't be read (odd)");
});
