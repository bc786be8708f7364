import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../../src/platform/make-folder.ts';

test('a folder is created with its parents, and an existing one is left alone', (t) => {
  const root = folderFor(t);
  const folder = join(root, 'a', 'b', 'c');
  makeFolder(folder, 0o700);
  makeFolder(folder, 0o700);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('an obstacle is reported', (t) => {
  const root = folderFor(t);
  writeFileSync(join(root, 'file'), '');
  symlinkSync(join(root, 'nowhere'), join(root, 'link'));
  assert.throws(() => makeFolder(join(root, 'file'), 0o700), { code: 'EEXIST' });
  assert.throws(() => makeFolder(join(root, 'file', 'a', 'b'), 0o700), { code: 'ENOTDIR' });
  assert.throws(() => makeFolder(join(root, 'link', 'a', 'b'), 0o700), { code: 'EEXIST' });
});

test('if nothing can be created, it gives up', { skip: process.platform !== 'linux' }, () => {
  assert.throws(() => makeFolder('/proc/blinky', 0o700), { code: 'ENOENT' });
  assert.throws(() => makeFolder('/proc/blinky/below', 0o700), { code: 'ENOENT' });
});

function folderFor(t: { after(task: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'blinky-folder-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
