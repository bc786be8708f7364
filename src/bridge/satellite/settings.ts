import { type Settings, section } from '../../config/fields.ts';
import { remoteBrokerFields, signInMistakes } from '../link/settings.ts';

/** `Butler.satelliteConfig`. */
export const satelliteConfig = section(
  remoteBrokerFields(
    'a host name or address, auto to search the network for an appliance, or nothing',
  ),
  signInMistakes,
).describe('Take events from another broker: for a lamp in another room.');
export type SatelliteSettings = Settings<typeof satelliteConfig>;
