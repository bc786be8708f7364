// The checksums of a release are signed by the key in scripts/release-signers, and by no other.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

function run(command: string, args: readonly string[], environment = {}, input = '') {
  const env = { PATH: process.env['PATH'], ...environment };
  return spawnSync(command, args, { cwd: root, env, input, encoding: 'utf8' });
}

/** A throwaway key, its line for the file of signers, and a folder with checksums. */
function release(context: TestContext) {
  const folder = temporaryFolder(context);
  const made = run('scripts/sign-release', ['--make-key', join(folder, 'key')]);
  assert.equal(made.status, 0, made.stderr);
  const signers = join(folder, 'signers');
  writeFileSync(signers, made.stdout);
  const sums = join(folder, 'SHA256SUMS');
  writeFileSync(sums, 'c0ffee  blinky-light.img.xz\n');
  const environment = {
    BLINKY_RELEASE_KEY: readFileSync(join(folder, 'key'), 'utf8'),
    BLINKY_SIGNERS: signers,
  };
  return { folder, signers, sums, environment };
}

/** The command that the manual tells users to run. */
function verify(signers: string, sums: string) {
  const names = ['-I', 'blinky-light', '-n', 'blinky-light-release'];
  const args = ['-Y', 'verify', '-f', signers, ...names, '-s', `${sums}.sig`];
  return run('ssh-keygen', args, {}, readFileSync(sums, 'utf8'));
}

describe('signing a release', () => {
  test('the signature verifies, until one byte of the checksums changes', (context) => {
    const { folder, signers, sums, environment } = release(context);
    const signed = run('scripts/sign-release', [folder], environment);
    assert.equal(signed.status, 0, signed.stderr);
    assert.equal(verify(signers, sums).status, 0);
    writeFileSync(sums, readFileSync(sums, 'utf8').replace('c0ffee', 'c0ffef'));
    assert.notEqual(verify(signers, sums).status, 0);
  });

  test('a key that is not in the file of signers signs nothing', (context) => {
    const { folder, sums, environment } = release(context);
    const other = release(context);
    const { status, stderr } = run('scripts/sign-release', [folder], {
      ...environment,
      BLINKY_SIGNERS: other.signers,
    });
    assert.equal(status, 1);
    assert.match(stderr, /isn't in/);
    assert.equal(existsSync(`${sums}.sig`), false);
  });

  test('without a key nothing is signed', (context) => {
    const { folder, sums } = release(context);
    const { status, stderr } = run('scripts/sign-release', [folder]);
    assert.equal(status, 1);
    assert.match(stderr, /BLINKY_RELEASE_KEY is empty/);
    assert.equal(existsSync(`${sums}.sig`), false);
  });

  test('the key can be checked before anything is built', (context) => {
    const { environment } = release(context);
    assert.equal(run('scripts/sign-release', ['--check-key'], environment).status, 0);
    const committed = { BLINKY_RELEASE_KEY: environment.BLINKY_RELEASE_KEY };
    assert.equal(run('scripts/sign-release', ['--check-key'], committed).status, 1);
  });

  test('a release signed with the key before stays verifiable', (context) => {
    const old = release(context);
    assert.equal(run('scripts/sign-release', [old.folder], old.environment).status, 0);
    const next = release(context);
    writeFileSync(next.signers, readFileSync(next.signers, 'utf8') + readFileSync(old.signers));
    assert.equal(verify(next.signers, old.sums).status, 0);
  });
});
