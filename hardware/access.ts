import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DriverRefusal } from './pins.ts';

/**
 * Throws the system's error if this user can't write to the file. Opens it, because only that
 * checks everything (permissions, capabilities, the service's sandbox).
 */
export function checkWritable(path: string, flags: 'write' | 'read and write'): void {
  closeSync(openSync(path, flags === 'write' ? constants.O_WRONLY : constants.O_RDWR));
}

/** The refusal for a file below `root` that this user can't open; names the group that can. */
export function accessRefusal(root: string, path: string, cause?: unknown): DriverRefusal {
  const group = groupOf(root, path);
  const remedy =
    group === undefined || group === 'root'
      ? 'Give the group gpio access with a udev rule, as the package blinky-light does, or run as root'
      : `Add the user to the group ${group}: \`sudo usermod -aG ${group} $USER\`, then log in again (or restart the service)`;
  return new DriverRefusal(`no permission to use ${path}`, remedy, { cause });
}

/** Returns the name of the group that owns the file, if it can be found. */
function groupOf(root: string, path: string): string | undefined {
  try {
    const { gid } = statSync(join(root, path));
    const groups = readFileSync(join(root, 'etc/group'), 'utf8').split('\n');
    return groups.map((line) => line.split(':')).find(([, , id]) => id === String(gid))?.[0];
  } catch {
    return undefined;
  }
}
