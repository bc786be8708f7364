import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SignInResult } from '../../../../src/access/sign-ins.ts';
import { SignIn } from '../../../../src/sinks/broker/sign-in.ts';

const anna = { name: 'anna', passwordHash: '' };

test('a client with a user name is checked, one without is anybody', async () => {
  const asked: string[] = [];
  const results: SignInResult[] = [anna, 'wrong', { tryAgainInMs: 6000 }];
  const signIn = new SignIn(
    { admitsAnonymous: true },
    {
      signIn: async (...credentials) => {
        asked.push(credentials.join(' '));
        return results.shift() ?? 'wrong';
      },
    },
  );
  assert.equal(await signIn.identify('192.0.2.1', undefined, 'x'), 'anonymous');
  assert.deepEqual(await signIn.identify('192.0.2.1', 'anna', 'right'), anna);
  assert.equal(await signIn.identify('192.0.2.1', 'anna', 'wrong'), 'refused');
  assert.equal(await signIn.identify('192.0.2.1', '', 'x'), 'try later');
  assert.deepEqual(asked, ['192.0.2.1 anna right', '192.0.2.1 anna wrong', '192.0.2.1  x']);
});

test('where everybody must sign in, a client without a user name is refused', async () => {
  const signIn = new SignIn({ admitsAnonymous: false }, { signIn: async () => anna });
  assert.equal(await signIn.identify('192.0.2.1', undefined, ''), 'refused');
});
