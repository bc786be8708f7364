import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { loadConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problem.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A little of everything that YAML has and the settings take. */
const text = `# here
Butler:
  userEvents: { excludeUser: [ { directory: LAB, userId: 'm' } ] }
  lightConfig: &a
    green: { pin: 17 }
  brokerConfig:
    access:
      users: [{ name: "anna" }]
  webConfig:
    port: 8080
`;

/** Loads the bytes as a file: fine, or refused in lines that say where, what and what else. */
function loadOrRefuse(file: string, bytes: Uint8Array, damage: string): void {
  writeFileSync(file, bytes);
  try {
    loadConfig({ file, environment: {} });
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${damage}: ${String(error)}`);
    for (const line of error.message.split('\n')) {
      assert.match(line, /blinky\.yaml(:\d+)?: .*(found .+; allowed: .+|\. Fix: .+)/, damage);
      assert.doesNotMatch(line, /undefined|\[object/, damage);
    }
  }
}

const fileIn = (context: TestContext): string => join(temporaryFolder(context), 'blinky.yaml');

describe('a damaged configuration file is loaded or refused, and never a bug', () => {
  test('cut at every length', (context) => {
    const file = fileIn(context);
    const bytes = Buffer.from(text);
    for (let length = 0; length <= bytes.length; length += 1) {
      loadOrRefuse(file, bytes.subarray(0, length), `cut at ${length}`);
    }
  });

  test('every byte flipped', (context) => {
    const file = fileIn(context);
    for (let at = 0; at < text.length; at += 1) {
      const bytes = Buffer.from(text);
      // Another bit at each place: letters become punctuation, controls and bytes that are no UTF-8.
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
      loadOrRefuse(file, bytes, `byte ${at} flipped`);
    }
  });

  test('a character that YAML reads in its own way, put anywhere', (context) => {
    const file = fileIn(context);
    for (const character of [
      '#',
      ' #',
      '&',
      '*',
      '!',
      ':',
      '\t',
      '\n',
      '\u00a0',
      '"',
      "'",
      '{',
      ']',
    ]) {
      for (let at = 0; at < text.length; at += 3) {
        const changed = text.slice(0, at) + character + text.slice(at);
        loadOrRefuse(file, Buffer.from(changed), `${JSON.stringify(character)} at ${at}`);
      }
    }
  });

  const odd: Readonly<Record<string, string | Uint8Array>> = {
    'bytes 0xFF only': new Uint8Array(1000).fill(0xff),
    'zeros only': new Uint8Array(1000),
    'an alias to nothing': 'Butler:\n  logLevel: *info\n',
    'an alias to what it stands in': 'Butler: &all\n  webConfig: *all\n',
    'aliases of aliases of aliases': [
      'a: &a [x, x, x]',
      ...['b', 'c', 'd'].map((name, index) => {
        const below = `*${'abc'[index]}`;
        return `${name}: &${name} [${Array(9).fill(below).join(', ')}]`;
      }),
      'Butler: {}',
    ].join('\n'),
    'a key that is a list': 'Butler:\n  ? [webConfig]\n  : 1\n',
    'two documents': 'Butler: {}\n---\nButler: {}\n',
    'an unknown tag': 'Butler: !lamp {}\n',
    'a date for settings': 'Butler: 2026-01-01\n',
    'names of what every object has': 'Butler:\n  toString: 1\n  hasOwnProperty: 2\n',
  };
  for (const [what, content] of Object.entries(odd)) {
    test(what, (context) => loadOrRefuse(fileIn(context), Buffer.from(content), what));
  }
});
