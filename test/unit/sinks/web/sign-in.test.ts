import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SignIn } from '../../../../src/sinks/web/sign-in.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { signedBy } from '../../../support/test-web-sink.ts';

const basic = (name: string, password: string) => signedBy(name, password)['authorization'];
const right = basic('anna', 'grün:licht');
const wrong = basic('anna', 'rot');

function createSignIn() {
  const clock = new ManualClock();
  const asked: string[] = [];
  const signIn = new SignIn({
    clock,
    authenticate: async (name, password) => {
      asked.push(name);
      return name === 'anna' && password === 'grün:licht';
    },
  });
  return { clock, asked, signIn };
}

describe('signing in', () => {
  test('nobody who does not try to is asked for a password', async () => {
    assert.equal(await createSignIn().signIn.userOf(undefined, '10.0.0.7'), undefined);
  });

  test('a password may hold colons and any letters', async () => {
    assert.equal(await createSignIn().signIn.userOf(right, '10.0.0.7'), 'anna');
  });

  for (const header of [wrong, 'Basic', 'Basic !!!', 'Bearer x', basic('', ''), 'Basic YW5uYQ==']) {
    test(`refuses ${header}`, async () => {
      await assert.rejects(createSignIn().signIn.userOf(header, '10.0.0.7'), { statusCode: 401 });
    });
  }

  test('no browser may show its own prompt and keep the password', async () => {
    await assert.rejects(createSignIn().signIn.userOf(wrong, '10.0.0.7'), (error: object) => {
      assert.ok('headers' in error);
      assert.doesNotMatch(JSON.stringify(error.headers), /basic/i);
      return true;
    });
  });

  test('five wrong passwords lock that address for half a minute, even for the right one', async () => {
    const { signIn, clock, asked } = createSignIn();
    for (let index = 0; index < 5; index += 1) {
      await assert.rejects(signIn.userOf(wrong, '10.0.0.7'), { statusCode: 401 });
    }
    await assert.rejects(signIn.userOf(right, '10.0.0.7'), { statusCode: 429 });
    assert.equal(asked.length, 5);
    assert.equal(await signIn.userOf(right, '10.0.0.8'), 'anna');
    clock.advance(30_000);
    assert.equal(await signIn.userOf(right, '10.0.0.7'), 'anna');
  });

  test('a password that was right is not checked anew for each request', async () => {
    const { signIn, clock, asked } = createSignIn();
    for (let index = 0; index < 100; index += 1) await signIn.userOf(right, '10.0.0.7');
    assert.equal(asked.length, 1);
    clock.advance(10 * 60_000);
    await signIn.userOf(right, '10.0.0.7');
    assert.equal(asked.length, 2);
  });

  test('a right password forgives the wrong ones before it', async () => {
    const { signIn } = createSignIn();
    for (let index = 0; index < 8; index += 1) {
      await assert.rejects(signIn.userOf(wrong, '10.0.0.7'), { statusCode: 401 });
      if (index === 3) assert.equal(await signIn.userOf(right, '10.0.0.7'), 'anna');
    }
  });
});
