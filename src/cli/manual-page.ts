import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withPort } from '../platform/addresses.ts';
import { addressToReach } from '../platform/listen-address.ts';

/** In a checkout, and beside the program in the package. */
const files = [
  new URL('../manual/troubleshooting.md', import.meta.url),
  new URL('./help/troubleshooting.html', import.meta.url),
];

/**
 * Where a person at this terminal can read how to fix faults: on the appliance's own page, or in a
 * file while it does not run. Undefined where there is neither.
 */
export function manualPage(
  isRunning: boolean,
  page: { readonly host: string; readonly port: number },
): string | undefined {
  if (isRunning) {
    return `http://${withPort(addressToReach(page.host), page.port)}/help/troubleshooting`;
  }
  const file = files.find((place) => existsSync(place));
  return file && fileURLToPath(file);
}
