import { z } from 'zod';
import { field, flag, type SettingRemark, section, withRemarks } from '../config/fields.ts';

/**
 * The start of Home Assistant's discovery topics. Slashes at its start and end are removed: Home
 * Assistant ignores topics with an empty level.
 */
function discoveryPrefix() {
  const schema = z
    .string()
    .regex(/^[^+#\0]{1,200}$/u)
    .transform(withoutOuterSlashes)
    .refine((prefix) => prefix !== '');
  const allowed = 'the start of a topic, 1 to 200 characters without + and #';
  return withRemarks(field(schema, allowed).default('homeassistant'), slashRemarks);
}

const withoutOuterSlashes = (text: string): string => text.replace(/^\/+|\/+$/g, '');

function slashRemarks(written: unknown): readonly SettingRemark[] {
  if (typeof written !== 'string') return [];
  const used = withoutOuterSlashes(written);
  return used === written
    ? []
    : [{ path: [], text: `slashes at the start and end are ignored; using ${used}` }];
}

/** `Butler.mqttConfig.homeAssistant`. */
export const homeAssistantSettings = section({
  enable: flag(true).describe('Announce the appliance to Home Assistant by MQTT discovery.'),
  discoveryPrefix: discoveryPrefix().describe(
    'The discovery prefix that is set in Home Assistant.',
  ),
}).describe('The device that Home Assistant discovers.');
