import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { understandSshKeys } from '../../../src/card/ssh-keys.ts';
import { lines } from '../../support/card-contents.ts';
import { publicKeyLine } from '../../support/public-keys.ts';

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
      /^wrong: authorized_keys, line 2: this is not a public key\./,
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

describe('while something is wrong with authorized_keys, no stored key is lost', () => {
  const stored = `${publicKeyLine('old')}\n`;
  const other = publicKeyLine('new');
  const half = Math.floor(other.length / 2);
  for (const [what, text, advice] of [
    ['garbage', 'hello\n', /line 1: this is not a public key\./],
    ['a key that was cut off', `${other.slice(0, half)}\n`, /line 1: this key is incomplete/],
    ['its end only', `${other.slice(half)}\n`, /line 1: this is not a public key/],
    [
      'the layout of SSH2',
      '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n',
      /has another format/,
    ],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n', /this is a private key/],
    ['a list', `- ${other}\n`, /line 1: there is text before the key/],
    ['a setting', `key = ${other}\n`, /line 1: there is text before the key/],
    ['a key of a kind that is no longer taken', publicKeyLine('x', 'ssh-dss'), /\(DSA\)/],
    ['a certificate', `${publicKeyLine('x', 'ssh-ed25519-cert-v01@openssh.com')}\n`, /line 1: /],
    ['a key that says it is another', other.replace('ssh-ed25519', 'ssh-rsa'), /incomplete/],
  ] as const) {
    test(what, () => {
      const { notes, steps } = understand(text, stored);
      assert.deepEqual(
        steps.map(({ place, content }) => [place, content]),
        [['run', stored]],
      );
      const said = lines(notes).join('\n');
      assert.match(said, advice);
      assert.match(said, /^wrong: authorized_keys/m);
      assert.match(
        said,
        /hint: .* stay valid until this is fixed\. To switch SSH off, empty the file/,
      );
      assert.doesNotMatch(said, /SSH is off/);
    });
  }

  test('a file that is no text', () => {
    const file = { name: 'authorized_keys', text: '', problem: 'is damaged' };
    const { notes, steps } = understandSshKeys(file, stored);
    assert.deepEqual(
      steps.map(({ place, content }) => [place, content]),
      [['run', stored]],
    );
    assert.match(lines(notes).join('\n'), /^wrong: authorized_keys is damaged/);
  });

  test('the keys that are right count as well', () => {
    const { steps } = understand(`${other}\nhello\n`, stored);
    assert.equal(steps[0]?.content, `${other}\n${stored}`);
    assert.equal(understand(`${other}\n`, steps[0]?.content).steps[0]?.content, `${other}\n`);
  });
});

describe('a key is understood', () => {
  const other = publicKeyLine('me@laptop');
  for (const [what, text] of [
    ['wrapped over two lines', `${other.slice(0, 60)}\n${other.slice(60)}\n`],
    ['over four', other.replace(/.{30}(?=.{10})/g, '$&\n')],
    ['wrapped behind its type', other.replace(' ', '\n')],
    ['in quotes', `“${other}”\n`],
    ['below a comment, with blanks', `# me\n\n   ${other}   \n`],
  ] as const) {
    test(what, () => {
      const { notes, steps } = understand(text);
      assert.deepEqual(lines(notes), ['fine: authorized_keys: one key, so SSH is on']);
      assert.equal(steps[0]?.content, `${other}\n`);
    });
  }

  test('beside one that was cut off', () => {
    const { notes, steps } = understand(`${other.slice(0, 40)}\n${other}\n`);
    assert.equal(steps[0]?.content, `${other}\n`);
    assert.match(lines(notes).join('\n'), /wrong: .* line 1: this key is incomplete/);
  });
});
