import type { z } from 'zod';
import { remoteBrokerFields, signInMistakes } from '../bridge/link/settings.ts';
import { satelliteConfig } from '../bridge/satellite/settings.ts';
import { brokerConfig } from '../broker/settings.ts';
import { homeAssistantSettings } from '../home-assistant/settings.ts';
import { udpServerConfig } from '../ingest/settings.ts';
import { lightConfig } from '../lights/settings.ts';
import { logLevels } from '../platform/log.ts';
import { topicFields } from '../publications/settings.ts';
import { slackConfig } from '../slack/settings.ts';
import { webConfig } from '../web/settings.ts';
import { choice, flag, section, text } from './fields.ts';
import { users } from './users-field.ts';

/** Butler's section covers what belongs to several parts here. */
const mqttConfig = section(
  {
    enable: flag(true),
    ...remoteBrokerFields('a host name or address, or empty'),
    /** Whether the upstream broker may be asked to keep messages. */
    retain: flag(true),
    payload: choice(['text', 'json'], 'text'),
    ...topicFields,
    homeAssistant: homeAssistantSettings,
  },
  signInMistakes,
);

/**
 * The settings below `Butler:` in the configuration file, in order. Each part's section is in its own
 * folder: its fields, which of them are secret, and which contradict each other.
 */
export const configSchema = section({
  logLevel: choice(logLevels, 'info'),
  udpServerConfig,
  userEvents: section({ excludeUser: users() }),
  lightConfig,
  brokerConfig,
  mqttConfig,
  satelliteConfig,
  slackConfig,
  webConfig,
  stateDirectory: text('', 'the path of a folder'),
});

/** The appliance's settings, complete and valid. Each part gets only its own section. */
export type Config = z.output<typeof configSchema>;
