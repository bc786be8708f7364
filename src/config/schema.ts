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
    enable: flag(true).describe(
      'Send messages to the broker in brokerHost, and announce Blinky to Home Assistant.',
    ),
    ...remoteBrokerFields('a host name or address, or empty'),
    retain: flag(true).describe(
      'Ask that broker to retain states. Turn it off for a broker without retained messages, such as Azure Event Grid.',
    ),
    payload: choice(['text', 'json'], 'text').describe(
      'What the four topics of events carry: Butler’s text, such as `sense1: LAB/goran`, or JSON.',
    ),
    ...topicFields,
    homeAssistant: homeAssistantSettings,
  },
  signInMistakes,
).describe('What is published by MQTT, and another broker that also gets it.');

/**
 * The settings below `Butler:` in the configuration file, in order. Each part's section is in its own
 * folder: its fields, which of them are secret, and which contradict each other.
 */
export const configSchema = section({
  logLevel: choice(logLevels, 'info').describe(
    'How much is logged. `debug` has a line for each event at every stage.',
  ),
  udpServerConfig,
  userEvents: section({
    excludeUser: users().describe('Users whose events are ignored everywhere.'),
  }).describe('Events that are left out.'),
  lightConfig,
  brokerConfig,
  mqttConfig,
  satelliteConfig,
  slackConfig,
  webConfig,
  stateDirectory: text('', 'the path of a folder').describe(
    'Folder for what must survive a restart. Without it: systemd’s state directory, or `./state`.',
  ),
});

/** The appliance's settings, complete and valid. Each part gets only its own section. */
export type Config = z.output<typeof configSchema>;
