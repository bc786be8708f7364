import { z } from 'zod';
import { withPort } from '../platform/addresses.ts';
import { addressToReach } from '../platform/listen-address.ts';

/** How long its page may take to answer, ms. */
const patienceMs = 2000;

/** What of `/api/status` matters here; the rest is kept for those who know it. */
const runningAppliance = z.looseObject({
  version: z.string(),
  faultCode: z.object({ flashes: z.number(), meaning: z.string(), remedy: z.string() }).optional(),
});
export type RunningAppliance = z.output<typeof runningAppliance>;

/** The appliance whose page answers there, if one does. */
export async function findRunningAppliance(page: {
  readonly host: string;
  readonly port: number;
}): Promise<RunningAppliance | undefined> {
  try {
    const address = withPort(addressToReach(page.host), page.port);
    const response = await fetch(`http://${address}/api/status`, {
      signal: AbortSignal.timeout(patienceMs),
    });
    return runningAppliance.parse(await response.json());
  } catch {
    return undefined;
  }
}
