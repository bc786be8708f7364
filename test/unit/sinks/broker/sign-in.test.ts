import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword } from '../../../../src/access/password.ts';
import { Users } from '../../../../src/access/users.ts';
import { createAccess } from '../../../../src/sinks/broker/access.ts';
import { SignIn } from '../../../../src/sinks/broker/sign-in.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

test('after five wrong passwords an address must wait, others need not', async () => {
  const anna = { name: 'anna', passwordHash: await hashPassword('right') };
  const clock = new ManualClock();
  const access = createAccess(
    { anonymous: 'subscribe', personalData: 'anyone' },
    new Users([anna]),
  );
  const signIn = new SignIn(access, clock);
  const [attacker, home] = ['192.0.2.1', '192.0.2.2'];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    assert.equal(await signIn.identify(attacker, 'anna', 'wrong'), 'refused');
  }
  assert.equal(await signIn.identify(attacker, 'anna', 'right'), 'try later');
  assert.equal(await signIn.identify(`::ffff:${attacker}`, 'anna', 'right'), 'try later');
  assert.equal(await signIn.identify(attacker, undefined, ''), 'anonymous');
  assert.deepEqual(await signIn.identify(home, 'anna', 'right'), anna);
  clock.advance(6000);
  assert.deepEqual(await signIn.identify(attacker, 'anna', 'right'), anna);
});
