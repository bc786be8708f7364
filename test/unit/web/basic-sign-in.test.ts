import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signedInUser } from '../../../src/web/basic-sign-in.ts';
import { signedBy, signInOf } from '../../support/test-web-sink.ts';

const basic = (name: string, password: string) => signedBy(name, password)['authorization'];
const right = basic('anna', 'grün:licht');
const wrong = basic('anna', 'rot');
const signIn = signInOf([['anna', 'grün:licht']]);

const userOf = (authorization: string | undefined) =>
  signedInUser(signIn, authorization, '10.0.0.7');

describe('signing in', () => {
  test('nobody who does not try to is asked for a password', async () => {
    assert.equal(await userOf(undefined), undefined);
  });

  test('a password may hold colons and any letters', async () => {
    assert.equal(await userOf(right), 'anna');
  });

  for (const header of [wrong, 'Basic', 'Basic !!!', 'Bearer x', basic('', ''), 'Basic YW5uYQ==']) {
    test(`refuses ${header}`, async () => {
      await assert.rejects(userOf(header), { statusCode: 401 });
    });
  }

  test('no browser may show its own prompt and keep the password', async () => {
    await assert.rejects(userOf(wrong), (error: object) => {
      assert.ok('headers' in error);
      assert.doesNotMatch(JSON.stringify(error.headers), /basic/i);
      return true;
    });
  });

  test('who has to wait is told for how long, in whole seconds', async () => {
    const later = async () => ({ tryAgainInMs: 5001 });
    await assert.rejects(signedInUser(later, right, '10.0.0.7'), {
      statusCode: 429,
      message: 'Too many sign-in attempts; try again in 6 s',
      headers: { 'retry-after': '6' },
    });
  });

  test('a request without a name and a password in it is no guess', async () => {
    const never = () => assert.fail('nothing to check');
    await assert.rejects(signedInUser(never, 'Bearer x', '10.0.0.7'), { statusCode: 401 });
  });
});
