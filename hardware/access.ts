import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DriverRefusal } from './pins.ts';

/**
 * Throws the system's error when this user may not write to the file. Opens it, because only that
 * asks for everything (rights, capabilities, the service's sandbox).
 */
export function checkWritable(path: string, flags: 'write' | 'read and write'): void {
  closeSync(openSync(path, flags === 'write' ? constants.O_WRONLY : constants.O_RDWR));
}

/** The refusal for a file below `root` that this user may not open; names the group that may. */
export function accessRefusal(root: string, path: string, cause?: unknown): DriverRefusal {
  const group = groupOf(root, path);
  const remedy =
    group === undefined || group === 'root'
      ? 'Let the group gpio use it by a udev rule, as the package blinky-light does, or run as root'
      : `Add the user to the group ${group}: \`sudo usermod -aG ${group} $USER\`, then log in again (or restart the service)`;
  return new DriverRefusal(`no permission for ${path}`, remedy, { cause });
}

/** Name of the group that owns the file, as far as it can be found out. */
function groupOf(root: string, path: string): string | undefined {
  try {
    const { gid } = statSync(join(root, path));
    const groups = readFileSync(join(root, 'etc/group'), 'utf8').split('\n');
    return groups.map((line) => line.split(':')).find(([, , id]) => id === String(gid))?.[0];
  } catch {
    return undefined;
  }
}
