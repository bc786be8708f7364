import { execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Mounts what programs expect, for this one command only, and runs it in the root:
 * `sh -c inRoot sh ROOT USER:GROUP COMMAND…`.
 */
const inRoot = `root=$1 who=$2; shift 2
mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
exec chroot --userspec="$who" "$root" "$@"`;

/** A clean Debian 13 system in a folder of its own. */
export class CleanDebian {
  readonly #folder = mkdtempSync(join(tmpdir(), 'blinky-debian-'));

  constructor() {
    const tar = execFileSync('test/package/clean-root', { cwd: root, encoding: 'utf8' }).trim();
    execFileSync('tar', ['--extract', '--file', tar, '--directory', this.#folder], { cwd: root });
  }

  path(...names: string[]): string {
    return join(this.#folder, ...names);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  /** Runs a command as root; resolves with what it printed, and throws when it fails. */
  run(...command: string[]): string {
    const { status, stdout, stderr } = this.try(...command);
    if (status !== 0) throw new Error(`${command.join(' ')}: status ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  try(...command: string[]): SpawnSyncReturns<string> {
    return spawnSync('unshare', this.#arguments('root', command), {
      encoding: 'utf8',
      env: cleanEnvironment,
    });
  }

  /** Starts a command as the service's user; to kill what is returned is to kill it. */
  start(...command: string[]) {
    return spawn('unshare', this.#arguments('blinky:gpio', command), {
      env: cleanEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Installs a package with apt, newer or older than what is there. */
  install(deb: string): string {
    copyFileSync(join(root, deb), this.path('package.deb'));
    try {
      const options = ['--yes', '--allow-downgrades'];
      return this.run('apt-get', 'install', ...options, '/package.deb');
    } finally {
      rmSync(this.path('package.deb'));
    }
  }

  /** Every path in it, but for what apt and dpkg write of their own work. */
  paths(): string[] {
    const isOwnWork =
      /^\/(dev|proc|tmp|var\/(log|cache|lib\/(dpkg|apt))|etc\/(passwd|group|g?shadow)-)(\/|$)/;
    return execFileSync('find', [this.#folder, '-xdev'], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    })
      .split('\n')
      .map((path) => path.slice(this.#folder.length))
      .filter((path) => !isOwnWork.test(path))
      .sort();
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #arguments(who: string, command: readonly string[]): string[] {
    const ownMounts = ['--mount', '--propagation', 'private'];
    return [...ownMounts, 'sh', '-c', inRoot, 'sh', this.#folder, who, ...command];
  }
}

const cleanEnvironment = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  DEBIAN_FRONTEND: 'noninteractive',
};
