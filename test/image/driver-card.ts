import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the program lies on the card. */
export const programOnCard = '/opt/blinky';

/**
 * Makes a card with the base system and the program on it, nothing installed or configured beyond
 * a network: enough to run the program by hand in the Pi's root shell. Returns the card's path.
 */
export function makeDriverCard(folder: string): string {
  const tree = join(folder, 'driver-root');
  const card = join(folder, 'driver-card.img');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  const base = run('scripts/image/base-system', []).trim();
  run('tar', ['--extract', '--numeric-owner', '--xattrs', '--file', base, '--directory', tree]);

  const program = join(root, 'build/program-arm64');
  if (!existsSync(join(program, 'main.js'))) throw new Error(`${program} has not been built`);
  cpSync(program, join(tree, programOnCard), { recursive: true });

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
  return card;
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
}
