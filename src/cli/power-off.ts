import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Asks systemd to shut the machine down. The appliance has no right to do that itself: it writes
 * a file that `blinky-poweroff.path` waits for.
 * @param runtimeDirectory what systemd gave as `RuntimeDirectory=` (systemd.exec(5))
 * @throws Error when it does not run under systemd
 */
export function requestPowerOff(runtimeDirectory: string | undefined): void {
  if (!runtimeDirectory) {
    throw new Error('only the installed service can shut the machine down');
  }
  writeFileSync(join(runtimeDirectory, 'poweroff'), '');
}
