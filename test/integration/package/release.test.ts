import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
};

/** Stand-ins for what takes minutes. */
const stubs = {
  'scripts/build-deb': `mkdir -p build; for a in arm64 amd64; do echo $a > build/blinky-light_${version}_$a.deb; done`,
  'scripts/build-image': `for s in img img.sha256 img.xz img.xz.sha256; do echo $s > build/blinky-light-${version}-arm64.$s; done`,
  'scripts/image/base-system':
    'mkdir -p build/base/var/lib/dpkg; printf "Package: dbus\\nStatus: install ok installed\\nArchitecture: arm64\\nVersion: 1\\n" > build/base/var/lib/dpkg/status; tar -C build/base -cf build/base.tar ./var; echo build/base.tar',
};

/** A repository of one commit, with what the script needs and a CHANGELOG of its own. */
function repository(context: TestContext, changelog: string) {
  const folder = temporaryFolder(context);
  for (const file of ['package.json', 'package-lock.json', '.gitignore', 'scripts']) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  for (const [file, script] of Object.entries(stubs)) {
    writeFileSync(join(folder, file), `#!/bin/sh\nset -e\n${script}\n`, { mode: 0o755 });
  }
  writeFileSync(join(folder, 'scripts/install-missing.js'), '');
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  appendFileSync(join(folder, '.gitignore'), 'node_modules\n');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: folder,
    });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--no-verify', '--message', 'all');
  return {
    folder,
    release: (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(join(folder, 'scripts/release'), args, {
        encoding: 'utf8',
      });
      return { status, output: stdout + stderr };
    },
  };
}

const released = `# Changelog\n\n## Unreleased\n\n- later\n\n## ${version} - 2026-11-24\n\n- all of it\n\n## 0.0.1\n\n- old\n`;

describe('scripts/release', () => {
  test('a version that the CHANGELOG does not know is refused', (context) => {
    const { release } = repository(context, '# Changelog\n\n## Unreleased\n\n- later\n');
    const { status, output } = release('--skip-image');
    assert.equal(status, 1);
    assert.match(output, new RegExp(`^release: CHANGELOG.md has no section "## ${version}"`));
  });

  test('what is not committed is refused', (context) => {
    const { folder, release } = repository(context, released);
    writeFileSync(join(folder, 'note'), 'not committed');
    const { status, output } = release('--skip-image');
    assert.equal(status, 1);
    assert.match(output, /^release: there are uncommitted changes/);
  });

  test('packages, image, what they consist of, notes and checksums in one folder', (context) => {
    const { folder, release } = repository(context, released);
    const { status, output } = release('--url', 'https://example.org/files/');
    assert.equal(status, 0, output);
    const out = join(folder, `build/release-${version}`);
    assert.deepEqual(readdirSync(out).sort(), [
      'NOTES.md',
      'SHA256SUMS',
      `blinky-light-${version}-arm64.img.xz`,
      `blinky-light-${version}-arm64.img.xz.sha256`,
      `blinky-light-${version}-arm64.rpi-imager-manifest`,
      `blinky-light-${version}-image.cdx.json`,
      `blinky-light-${version}-program.cdx.json`,
      `blinky-light_${version}_amd64.deb`,
      `blinky-light_${version}_arm64.deb`,
    ]);
    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: out });
    assert.equal(readFileSync(join(out, 'NOTES.md'), 'utf8'), '- all of it\n');
    assert.match(
      readFileSync(join(out, `blinky-light-${version}-arm64.rpi-imager-manifest`), 'utf8'),
      new RegExp(`"https://example.org/files/blinky-light-${version}-arm64.img.xz"`),
    );
    const bill = (kind: string) =>
      readFileSync(join(out, `blinky-light-${version}-${kind}.cdx.json`), 'utf8');
    assert.match(bill('program'), /"name": "aedes"/);
    assert.match(bill('image'), /pkg:deb\/debian\/dbus@1\?arch=arm64/);
  });

  test('--help, and wrong usage', (context) => {
    const { release } = repository(context, released);
    assert.deepEqual([release('--help').status, release('--fast').status], [0, 2]);
    const { status, output } = release();
    assert.equal(status, 2);
    assert.match(output, /^release: --url https:/);
  });
});
