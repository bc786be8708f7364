// What Debian's own tools say of the package and its services.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));

function passes(command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}

test('lintian finds no error', { timeout: 300_000 }, () => {
  passes('lintian', '--fail-on', 'error', `build/blinky-light_${packageJson.version}_amd64.deb`);
});

describe('systemd-analyze rates the exposure of a service at 1.5 or below', () => {
  for (const unit of ['blinky.service', 'blinky-card.service']) {
    test(unit, () => {
      passes('systemd-analyze', 'security', '--offline=true', '--threshold=15', `systemd/${unit}`);
    });
  }
});
