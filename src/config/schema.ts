import { z } from 'zod';
import { isPasswordHash } from '../access/password.ts';
import { lightConfig } from '../lights/settings.ts';
import { everyAddress } from '../platform/listen-address.ts';
import { logLevels } from '../platform/log.ts';
import { recordOf } from '../platform/record-of.ts';
import { butlerTopics, topicKeys } from '../publications/topics.ts';
import {
  addressRanges,
  allowedOrigins,
  choice,
  field,
  flag,
  httpUrl,
  listOf,
  port,
  section,
  text,
  topic,
  topicPrefix,
  users,
  wholeNumber,
} from './fields.ts';
import { defaultSlackChannel } from './slack-settings.ts';
import { webProxy } from './web-proxy.ts';
import { webhookAllowed } from './webhook-url.ts';

const brokerUser = z.object({
  name: field(z.string().min(1).max(64), 'a name of 1 to 64 characters'),
  passwordHash: field(z.string().refine(isPasswordHash), 'what `blinky passwd NAME` writes'),
  publish: field(z.array(z.string()), 'a list of topics, + and # allowed').optional(),
  subscribe: field(z.array(z.string()), 'a list of topics, + and # allowed').optional(),
});

const listenHost = () =>
  text(everyAddress, 'an address of this machine, or "::" for every IPv4 and IPv6 address');

const brokerConfig = section({
  host: listenHost(),
  port: port(1883),
  tls: section({
    enable: flag(false),
    port: port(8883),
    certFile: text('', 'the path of a PEM file'),
    keyFile: text('', 'the path of a PEM file'),
  }),
  access: section({
    anonymous: choice(['none', 'subscribe', 'publish'], 'subscribe'),
    personalData: choice(['anyone', 'signedIn'], 'anyone'),
    users: listOf(brokerUser, 'users as `blinky passwd NAME` writes them'),
  }),
  limits: section({
    clients: wholeNumber(1, 10_000, 1000),
    connectionsPerSecond: wholeNumber(1, 100_000, 50, 'from one address'),
    connectSeconds: wholeNumber(1, 60, 5, 's'),
    packetBytes: wholeNumber(1024, 16_777_216, 262_144, 'bytes'),
    topicBytes: wholeNumber(64, 65_535, 1024, 'bytes'),
    topicLevels: wholeNumber(8, 100, 32),
    subscriptionsPerClient: wholeNumber(1, 10_000, 5000),
    subscriptionsOfAll: wholeNumber(100, 1_000_000, 20_000),
    messagesPerSecond: wholeNumber(1, 1_000_000, 1000, 'from one client'),
    inFlightPerClient: wholeNumber(1, 65_535, 100),
    queuedPerClient: wholeNumber(1, 100_000, 1000),
    /** What waits for all clients together, as it lies in memory. */
    queuedBytesOfAll: wholeNumber(1_048_576, 1_073_741_824, 16_777_216, 'bytes'),
    backlogBytes: wholeNumber(65_536, 67_108_864, 1_048_576, 'bytes'),
    backlogBytesOfAll: wholeNumber(1_048_576, 1_073_741_824, 25_165_824, 'bytes'),
    sessions: wholeNumber(1, 100_000, 2000),
    /** How long a client's session lives while it is away: a week. */
    sessionExpirySeconds: wholeNumber(1, 31_536_000, 604_800, 's'),
    slowClientSeconds: wholeNumber(1, 3600, 10, 's'),
    /** What is written to the card for clients that have not signed in. */
    anonymousBytesPerHour: wholeNumber(0, 1_073_741_824, 1_048_576, 'bytes an hour'),
    retainedMessages: wholeNumber(100, 100_000, 2000),
    retainedBytes: wholeNumber(65_536, 268_435_456, 8_388_608, 'bytes'),
  }),
});

/** Another broker: where it is, and how to sign in there. */
const remoteBroker = (host: string) => ({
  brokerHost: text('', host),
  brokerPort: port(1883),
  brokerUser: text('', 'a user of that broker, or nothing'),
  brokerPassword: text('', 'the password; better in brokerPasswordFile'),
  brokerPasswordFile: text('', 'the path of a file that holds the password'),
  brokerClientId: field(
    z.string().max(128),
    'a client id of up to 128 characters, or nothing for one of its own',
  ).default(''),
  /** As the CONNECT packet counts: 4 is MQTT 3.1.1, which every broker speaks. */
  protocolVersion: field(z.literal([4, 5]), '4 (MQTT 3.1.1) or 5 (MQTT 5)').default(4),
  brokerTopicPrefix: field(
    z.string().regex(/^[^+#\0]{0,100}$/u),
    'what every topic begins with there, without + and #, or nothing',
  ).default(''),
  tls: section({
    enable: flag(false),
    caFile: text('', 'the path of a PEM file, or nothing for the well-known authorities'),
    certFile: text('', 'the path of a PEM file with the client certificate, or nothing'),
    keyFile: text('', 'the path of a PEM file with the key of the client certificate, or nothing'),
  }),
});

const mqttConfig = section({
  enable: flag(true),
  ...remoteBroker('a host name or address, or nothing'),
  /** Whether the upstream broker may be asked to keep messages. */
  retain: flag(true),
  payload: choice(['text', 'json'], 'text'),
  ...recordOf(topicKeys, (key) => topic(butlerTopics[key])),
  homeAssistant: section({
    enable: flag(true),
    discoveryPrefix: topicPrefix('homeassistant'),
  }),
});

/** What stands below `Butler:` in the configuration file. */
export const configSchema = section({
  logLevel: choice(logLevels, 'info'),
  udpServerConfig: section({
    enable: flag(true),
    serverHost: listenHost(),
    portSessionConnectionEvents: port(9997),
    allowFrom: addressRanges(),
  }),
  userEvents: section({ excludeUser: users() }),
  lightConfig,
  brokerConfig,
  mqttConfig,
  satelliteConfig: section(
    remoteBroker('a host name or address, auto to find an appliance by itself, or nothing'),
  ),
  slackConfig: section({
    enable: flag(false),
    loginNotificationChannel: text(defaultSlackChannel, 'the name or id of a channel'),
    tokenFile: text('', 'the path of a file'),
    webhookURL: text('', webhookAllowed),
    webhookFile: text('', 'the path of a file'),
    apiUrl: httpUrl('https://slack.com/api/'),
    proxy: webProxy(),
    caFile: text('', 'the path of a certificate (PEM or DER)'),
    excludeUser: users(),
  }),
  webConfig: section({
    enable: flag(true),
    host: listenHost(),
    port: port(8080),
    hostNames: listOf(text('', 'a host name'), 'other names under which the page is reached'),
    allowedOrigins: allowedOrigins(),
  }),
  stateDirectory: text('', 'the path of a folder'),
});

/** The appliance's settings, complete and valid. Each part is handed its own section only. */
export type Config = z.output<typeof configSchema>;
