import { type FaultCode, type FaultName, faultCode } from '../../hardware/fault-codes.ts';
import type { PartStatus } from './health.ts';

/** Which fault code a part's fault shows; parts that are not here show none. */
const faultOfPart: ReadonlyMap<string, FaultName> = new Map([
  ['network', 'network'],
  ['configuration', 'configuration'],
  ['state', 'storage'],
  ['udp', 'events'],
  ['mqtt', 'broker'],
  ['slack', 'slack'],
  ['slack outbox', 'storage'],
  ['web', 'web'],
  ['upstream', 'remote-broker'],
  ['upstream outbox', 'storage'],
  ['satellite', 'remote-broker'],
  ['lights', 'lights'],
]);

/**
 * The fault code that the red light shows: of the faults that a person must mend, the one with
 * the fewest flashes. Undefined when there is none that can be shown.
 */
export function shownFault(
  faults: readonly (PartStatus & { readonly part: string })[],
): FaultCode | undefined {
  return faults
    .filter(({ needsPerson }) => needsPerson)
    .flatMap(({ part }) => faultOfPart.get(part) ?? [])
    .map(faultCode)
    .filter(({ flashes }) => flashes > 0)
    .sort((one, other) => one.flashes - other.flashes)[0];
}
