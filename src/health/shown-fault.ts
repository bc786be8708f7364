import { type FaultCode, type FaultName, faultCode } from '../../hardware/fault-codes.ts';
import type { PartStatus } from './health.ts';

/** A part with the code that its faults show, if any. */
type PartWithCode = { readonly name: string; readonly faultCode?: FaultName };

/**
 * The fault code that the red light shows: of the faults that somebody has to fix, the one with the
 * fewest flashes. Undefined when there is none that can be shown.
 */
export function shownFault(
  faults: readonly (PartStatus & { readonly part: string })[],
  parts: readonly PartWithCode[],
): FaultCode | undefined {
  return faults
    .filter(({ needsPerson }) => needsPerson)
    .flatMap(({ part }) => parts.find(({ name }) => name === part)?.faultCode ?? [])
    .map(faultCode)
    .filter(({ flashes }) => flashes > 0)
    .sort((one, other) => one.flashes - other.flashes)[0];
}
