import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Asks systemd to shut the machine down. The appliance has no permission to do that itself, so it
 * writes a file that `blinky-poweroff.path` watches.
 * @param runtimeDirectory what systemd passes as `RuntimeDirectory=` (systemd.exec(5))
 * @throws Error when not running under systemd
 */
export function requestPowerOff(runtimeDirectory: string | undefined): void {
  if (!runtimeDirectory) {
    throw new Error('only the installed service can shut the machine down');
  }
  writeFileSync(join(runtimeDirectory, 'poweroff'), '');
}
