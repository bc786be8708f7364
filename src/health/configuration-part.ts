import type { Part } from '../appliance/part.ts';
import type { PartHealth } from './health.ts';

/** Why other settings are in force than those that somebody wrote. */
export interface ConfigFault {
  readonly message: string;
  readonly remedy: string;
}

/** Reports whether the configuration is in force. */
export function createConfigurationPart(
  health: PartHealth,
  fault: ConfigFault | undefined,
): Part<'configuration'> {
  return {
    name: 'configuration',
    start: () => {
      if (fault) health.fault({ ...fault, needsAttention: true });
      else health.ok('understood');
    },
  };
}
