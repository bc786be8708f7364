import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { newPassword } from '../../../src/card/new-password.ts';

test('three groups of four characters that nobody takes for another', () => {
  assert.match(newPassword(randomBytes), /^([a-hjkmnp-z2-9]{4}-){2}[a-hjkmnp-z2-9]{4}$/);
  assert.notEqual(newPassword(randomBytes), newPassword(randomBytes));
});

test('every character is equally likely: bytes past the last whole alphabet are left out', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => (index % 2 === 0 ? 255 : index));
  assert.equal(
    newPassword(() => bytes),
    'bdfh-knqs-uwy2',
  );
});
