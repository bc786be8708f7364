import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commandNameFor } from '../../../src/cli/command-name.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the command that people are told to copy', () => {
  for (const [mainFile, platform, expected] of [
    ['/usr/lib/blinky/main.js', 'linux', 'blinky'],
    ['/home/anna/blinky/src/main.ts', 'linux', 'node /home/anna/blinky/scripts/blinky.js'],
    ["/home/a b/it's/src/main.ts", 'darwin', "node '/home/a b/it'\\''s/scripts/blinky.js'"],
    ['C:\\blinky\\src\\main.ts', 'win32', 'node C:\\blinky\\scripts\\blinky.js'],
    ['C:\\Anna B\\src\\main.ts', 'win32', 'node "C:\\Anna B\\scripts\\blinky.js"'],
  ] as const) {
    test(`${mainFile} on ${platform}`, () => {
      assert.equal(commandNameFor(mainFile, platform), expected);
    });
  }

  test('runs from another folder, from a checkout with blanks and quotes in its path', (context) => {
    const folder = temporaryFolder(context);
    const checkout = join(folder, "Anna's check out");
    mkdirSync(checkout);
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    for (const name of ['scripts', 'src', 'package.json', 'node_modules']) {
      symlinkSync(join(root, name), join(checkout, name));
    }
    const command = commandNameFor(join(checkout, 'src', 'main.ts'), 'linux');
    const { status, stdout, stderr } = spawnSync(`${command} --version`, {
      cwd: folder,
      shell: '/bin/sh',
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\S*\d+\.\d+\.\d+\s*$/m);
  });
});
