import type { Part } from '../appliance/part.ts';
import type { PartHealth } from './health.ts';

/** Why settings other than those in the file are in effect. */
export interface ConfigFault {
  readonly message: string;
  readonly remedy: string;
}

/** Reports whether the configuration is in effect. */
export function createConfigurationPart(
  health: PartHealth,
  fault: ConfigFault | undefined,
): Part<'configuration'> {
  return {
    name: 'configuration',
    start: () => {
      if (fault) health.fault({ ...fault, needsAttention: true });
      else health.ok('valid');
    },
  };
}
