import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashPassword, isPasswordHash, verifyPassword } from '../../../src/access/password.ts';
import { Users } from '../../../src/access/users.ts';

describe('passwords', () => {
  test('the right one is accepted, others are not, and no two hashes are the same', async () => {
    const [hash, other] = await Promise.all([
      hashPassword('correct horse'),
      hashPassword('correct horse'),
    ]);
    assert.ok(isPasswordHash(hash));
    assert.notEqual(hash, other);
    assert.equal(await verifyPassword('correct horse', hash), true);
    assert.equal(await verifyPassword('correct horsf', hash), false);
    assert.equal(await verifyPassword('', hash), false);
  });

  const salt = 'A'.repeat(22);
  const key = 'A'.repeat(43);
  for (const wrong of [
    '',
    'secret',
    `scrypt:32767:8:1:${salt}:${key}`,
    `scrypt:1048576:8:1:${salt}:${key}`,
    `scrypt:32768:8:1:short:${key}`,
  ]) {
    test(`no password matches ${wrong.slice(0, 20) || 'nothing'}`, async () => {
      assert.equal(await verifyPassword('secret', wrong), false);
    });
  }

  test('users are found by name and password; an unknown user takes as long', async () => {
    const users = new Users([{ name: 'anna', passwordHash: await hashPassword('correct horse') }]);
    assert.equal((await users.authenticate('anna', 'correct horse'))?.name, 'anna');
    assert.equal(await users.authenticate('anna', 'wrong'), undefined);
    assert.equal(await users.authenticate('__proto__', 'correct horse'), undefined);
    assert.equal(new Users([]).areThere, false);
  });
});
