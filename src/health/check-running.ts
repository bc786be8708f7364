import type { CheckInput } from './check.ts';
import { type Finding, fault, ok } from './finding.ts';

/** Reports whether Blinky already runs here, and what its red light shows. */
export async function* checkRunning({ running }: CheckInput<unknown>): AsyncGenerator<Finding> {
  const appliance = await running();
  if (!appliance) return;
  yield ok('Blinky', `version ${appliance.version} is running on this machine`);
  const { faultCode } = appliance;
  if (!faultCode) return;
  const { flashes, meaning, remedy } = faultCode;
  yield fault(
    'Red light',
    `shows ${flashes} slow flash${flashes === 1 ? '' : 'es'}: ${meaning}`,
    remedy,
  );
}
