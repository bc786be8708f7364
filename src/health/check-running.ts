import type { CheckInput } from './check.ts';
import { type Finding, fault, ok } from './finding.ts';

/** Whether an appliance already runs here, and what its red light shows. */
export async function* checkRunning({ running }: CheckInput<unknown>): AsyncGenerator<Finding> {
  const appliance = await running();
  if (!appliance) return;
  yield ok('Appliance', `version ${appliance.version} is running on this machine`);
  const { faultCode } = appliance;
  if (!faultCode) return;
  const { flashes, meaning, remedy } = faultCode;
  yield fault('Red light', `flashes ${flashes} times, slowly: ${meaning}`, remedy);
}
