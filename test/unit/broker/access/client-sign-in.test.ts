import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SignInResult } from '../../../../src/access/sign-ins.ts';
import { ClientSignIn } from '../../../../src/broker/access/client-sign-in.ts';

const anna = { name: 'anna', passwordHash: '' };
const address = '192.0.2.1';

function createSignIn({ admitsAnonymous = true, areThere = true } = {}) {
  const asked: string[] = [];
  const results: SignInResult[] = [anna, 'wrong', 'wrong', { tryAgainInMs: 6000 }];
  const signIn = new ClientSignIn(
    { admitsAnonymous },
    { areThere, has: (name) => name === 'anna' },
    {
      signIn: async (...credentials) => {
        asked.push(credentials.join(' '));
        return results.shift() ?? 'wrong';
      },
    },
  );
  return { signIn, asked };
}

describe('identifying clients', () => {
  test('a client with a user name is checked, and a refusal is logged with its reason', async () => {
    const { signIn, asked } = createSignIn();
    assert.deepEqual(await signIn.identify(address, 'anna', 'right'), anna);
    assert.deepEqual(await signIn.identify(address, 'anna', 'secret'), {
      refusal: 'wrong name or password',
      because: 'wrong password for user "anna"',
    });
    assert.deepEqual(await signIn.identify(address, 'DVES_USER\n', 'secret'), {
      refusal: 'wrong name or password',
      because: 'unknown user "DVES_USER "',
    });
    const later = await signIn.identify(address, 'anna', 'secret');
    assert.equal(typeof later === 'object' && 'refusal' in later && later.refusal, 'try later');
    assert.match(JSON.stringify(later), /may try again in 6 s/);
    assert.equal(asked.length, 4);
    assert.ok(!signIn.ignores('anna'));
  });

  for (const userName of [undefined, '']) {
    test(`one with the user name ${JSON.stringify(userName)} is anonymous, with or without a password`, async () => {
      const { signIn, asked } = createSignIn();
      for (const password of ['', 'x']) {
        assert.equal(await signIn.identify(address, userName, password), 'anonymous');
      }
      assert.deepEqual(asked, []);
      assert.ok(!signIn.ignores(userName));
    });
  }

  test('without users, every name is anonymous', async () => {
    const { signIn, asked } = createSignIn({ areThere: false });
    for (const [name, password] of [
      ['DVES_USER', 'DVES_PASS'],
      ['mqtt', 'mqtt'],
      ['homeassistant', ''],
      [' ', ' '],
      ['', ''],
    ] as const) {
      assert.equal(await signIn.identify(address, name, password), 'anonymous');
      assert.equal(signIn.ignores(name), name !== '');
    }
    assert.deepEqual(asked, []);
  });

  test('if sign-in is required, a client without a user name is refused', async () => {
    const { signIn } = createSignIn({ admitsAnonymous: false });
    for (const name of [undefined, '']) {
      assert.deepEqual(await signIn.identify(address, name, ''), {
        refusal: 'not signed in',
        because: 'sends no user name, and Butler.brokerConfig.access.anonymous is none',
      });
    }
    const nobody = createSignIn({ admitsAnonymous: false, areThere: false });
    assert.deepEqual(await nobody.signIn.identify(address, 'anna', 'x'), {
      refusal: 'not signed in',
      because: 'no users are configured, and Butler.brokerConfig.access.anonymous is none',
    });
  });
});
