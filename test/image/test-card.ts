import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the tests on the emulated Pi keep their files. */
export const workFolder = join(root, 'build/test-image');

/** Where the package puts the program. */
export const programOnCard = '/usr/lib/blinky';

/**
 * Makes a card with the base system, our Debian package and a network by cable. Returns the path
 * of a fresh copy called `name`, so that what one test writes is not there for the next.
 */
export function makeTestCard(name: string): string {
  const { version } = readPackage();
  const deb = join(root, `build/blinky-light_${version}_arm64.deb`);
  if (!existsSync(deb)) throw new Error(`${deb} is not there; build it with scripts/build-deb`);
  const original = join(workFolder, 'card.img');
  const isCurrent = existsSync(original) && statSync(original).mtimeMs > statSync(deb).mtimeMs;
  if (!isCurrent) makeOriginal(deb, original);
  const copy = join(workFolder, `${name}.img`);
  run('cp', ['--sparse=always', original, copy]);
  return copy;
}

function makeOriginal(deb: string, card: string): void {
  const tree = join(workFolder, 'root');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  const base = run('scripts/image/base-system', []).trim();
  run('tar', ['--extract', '--numeric-owner', '--xattrs', '--file', base, '--directory', tree]);

  copyFileSync(deb, join(tree, 'blinky.deb'));
  run('chroot', [tree, 'dpkg', '--install', '/blinky.deb']);
  rmSync(join(tree, 'blinky.deb'));
  writeFileSync(
    join(tree, 'etc/systemd/network/20-cable.network'),
    '[Match]\nType=ether\n\n[Network]\nDHCP=yes\n',
  );
  const wanted = join(tree, 'etc/systemd/system/multi-user.target.wants');
  mkdirSync(wanted, { recursive: true });
  symlinkSync(
    '/usr/lib/systemd/system/systemd-networkd.service',
    join(wanted, 'systemd-networkd.service'),
  );

  rmSync(card, { force: true });
  run('scripts/image/make-card', [tree, card, '2048']);
  rmSync(tree, { recursive: true, force: true });
}

function readPackage(): { version: string } {
  return JSON.parse(run('cat', ['package.json'])) as { version: string };
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
}
