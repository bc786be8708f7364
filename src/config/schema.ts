import type { z } from 'zod';
import { remoteBrokerFields, signInMistakes } from '../bridge/link/settings.ts';
import { satelliteConfig } from '../bridge/satellite/settings.ts';
import { brokerConfig } from '../broker/settings.ts';
import { homeAssistantSettings } from '../home-assistant/settings.ts';
import { udpServerConfig } from '../ingest/settings.ts';
import { logLevels } from '../platform/log.ts';
import { slackConfig } from '../slack/settings.ts';
import { webConfig } from '../web/settings.ts';
import { choice, flag, section, text, topic, wholeNumber } from './fields.ts';
import { users } from './users-field.ts';

/** GPIO 0 and 1 belong to the ID EEPROM of expansion boards; the header ends at 27. */
const pin = (byDefault: number) => wholeNumber(2, 27, byDefault, 'a BCM number');

const light = (byDefault: number) => section({ pin: pin(byDefault), activeLow: flag(false) });

const lightChoice = (byDefault: 'green' | 'red' | 'none') =>
  choice(['green', 'red', 'none'], byDefault);

const lightConfig = section({
  driver: choice(['auto', 'onoff', 'gpiochip', 'rpio', 'simulated'], 'auto'),
  green: light(17),
  red: light(27),
  onMs: wholeNumber(20, 1000, 250, 'ms'),
  offMs: wholeNumber(20, 1000, 100, 'ms'),
  maxBacklogMs: wholeNumber(1100, 60_000, 3000, 'ms'),
  connectionOpen: lightChoice('green'),
  connectionClose: lightChoice('red'),
  sessionStart: lightChoice('none'),
  sessionStop: lightChoice('none'),
  heartbeat: section({
    enable: flag(false),
    everySeconds: wholeNumber(2, 3600, 30, 's'),
  }),
  button: section({ enable: flag(false), pin: pin(3) }),
});

/** Butler has in one section what is of several parts here. */
const mqttConfig = section(
  {
    enable: flag(true),
    ...remoteBrokerFields('a host name or address, or nothing'),
    /** Whether the upstream broker may be asked to keep messages. */
    retain: flag(true),
    payload: choice(['text', 'json'], 'text'),
    sessionStartTopic: topic('qliksense/session/start'),
    sessionStopTopic: topic('qliksense/session/stop'),
    connectionOpenTopic: topic('qliksense/connection/open'),
    connectionCloseTopic: topic('qliksense/connection/close'),
    everythingTopic: topic('qliksense/userevent'),
    sessionServerStatusTopic: topic('qliksense/butler/session_server'),
    activeUserCountTopic: topic('qliksense/users/active/count'),
    activeUsersTopic: topic('qliksense/users/active/usernames'),
    activeUsersWithDirectoryTopic: topic('qliksense/users/active/users'),
    homeAssistant: homeAssistantSettings,
  },
  signInMistakes,
);

/**
 * What stands below `Butler:` in the configuration file, in order. Each part's section is in its own
 * folder: its fields, which of them are secret, and what can't stand together.
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

/** The appliance's settings, complete and valid. Each part is handed its own section only. */
export type Config = z.output<typeof configSchema>;
