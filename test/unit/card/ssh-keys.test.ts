import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { understandSshKeys } from '../../../src/card/ssh-keys.ts';
import { lines } from '../../support/card-contents.ts';

const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${'A'.repeat(48)} anna@laptop`;
const understand = (text: string, stored?: string) =>
  understandSshKeys({ name: 'authorized_keys', text }, stored);

describe('authorized_keys', () => {
  test('with a key SSH is on, with comments and options as they are', () => {
    const { notes, steps } = understand(`# mine\n\n  ${key}\nfrom="10.0.0.*" ${key}\n`);
    assert.deepEqual(lines(notes), ['fine: authorized_keys: 2 keys, so SSH is on']);
    assert.deepEqual(
      steps.map(({ place, content }) => [place, content]),
      [
        ['run', `${key}\nfrom="10.0.0.*" ${key}\n`],
        ['state', `${key}\nfrom="10.0.0.*" ${key}\n`],
      ],
    );
  });

  test('without a file what was stored stays in force; without a key SSH is off again', () => {
    const missing = understandSshKeys(undefined, `${key}\n`);
    assert.deepEqual(
      missing.steps.map(({ place }) => place),
      ['run'],
    );
    assert.deepEqual(
      understand('# none\n', `${key}\n`).steps.map(({ place, content }) => [place, content]),
      [
        ['run', undefined],
        ['state', undefined],
      ],
    );
  });

  test('what is no key: the line, and what one looks like', () => {
    assert.match(
      lines(understand(`${key}\nhello\n`).notes).join('\n'),
      /^wrong: authorized_keys, line 2: this is no public key\./,
    );
  });

  test('a private key is never taken, and never stored', () => {
    for (const text of [
      '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n',
      'PuTTY-User-Key-File-3: ssh-ed25519\nabc\n',
    ]) {
      const { notes, steps } = understand(text);
      assert.match(lines(notes).join('\n'), /^wrong: authorized_keys: this is a private key/);
      assert.deepEqual(
        steps.map(({ place, content }) => [place, content]),
        [['run', undefined]],
      );
    }
  });
});
