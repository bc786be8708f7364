import { z } from 'zod';
import { isPasswordHash } from '../access/password.ts';
import {
  type Contradiction,
  choice,
  field,
  flag,
  listenHost,
  listOf,
  port,
  type Settings,
  secret,
  section,
  text,
  wholeNumber,
} from '../config/fields.ts';

const brokerUser = z.object({
  name: field(z.string().min(1).max(64), 'a name of 1 to 64 characters').describe('The user name.'),
  passwordHash: secret(
    field(z.string().refine(isPasswordHash), 'the output of `blinky passwd NAME`'),
  ).describe('The hash of the password. `blinky passwd NAME` adds or changes it.'),
  publish: field(z.array(z.string()), 'a list of topics, + and # allowed')
    .optional()
    .describe(
      'Topics on which this user may publish. Without it: every topic except Blinky’s own.',
    ),
  subscribe: field(z.array(z.string()), 'a list of topics, + and # allowed')
    .optional()
    .describe('Topics to which this user may subscribe. Without it: every topic.'),
});
export type BrokerUser = Settings<typeof brokerUser>;

/** `Butler.brokerConfig`. */
export const brokerConfig = section(
  {
    host: listenHost().describe('The address on which the broker listens.'),
    port: port(1883).describe('The port for MQTT without TLS.'),
    tls: section({
      enable: flag(false).describe('Also accept MQTT over TLS.'),
      port: port(8883).describe('The port for MQTT over TLS.'),
      certFile: text('', 'the path of a PEM file').describe(
        'The server certificate. Without it, Blinky makes one.',
      ),
      keyFile: text('', 'the path of a PEM file').describe('The key of that certificate.'),
    }).describe('MQTT over TLS.'),
    access: section({
      anonymous: choice(['none', 'subscribe', 'publish'], 'subscribe').describe(
        'What clients may do without signing in: nothing, subscribe, or also publish.',
      ),
      personalData: choice(['anyone', 'signedIn'], 'anyone').describe(
        'Who sees user names and directories in messages: every client, or only users who sign in.',
      ),
      users: listOf(brokerUser, 'users, as `blinky passwd NAME` prints them').describe(
        'Users of the broker and the web page.',
      ),
    }).describe('Who may use the broker.'),
    limits: section({
      clients: wholeNumber(1, 10_000, 1000).describe(
        'Clients connected at the same time. When all places are taken, users who sign in come first.',
      ),
      connectionsPerSecond: wholeNumber(1, 100_000, 50, 'from one address').describe(
        'New connections from one address. More are refused; five seconds’ worth may come at once.',
      ),
      connectSeconds: wholeNumber(1, 60, 5, 's').describe(
        'Time that a new connection has to sign in before it is closed.',
      ),
      packetBytes: wholeNumber(1024, 16_777_216, 262_144, 'bytes').describe(
        'Size of an MQTT packet. A client that sends a larger one is disconnected.',
      ),
      topicBytes: wholeNumber(64, 65_535, 1024, 'bytes').describe(
        'Length of a topic. A client that uses a longer one is disconnected.',
      ),
      topicLevels: wholeNumber(8, 100, 32).describe(
        'Levels of a topic. A client that uses more is disconnected.',
      ),
      subscriptionsPerClient: wholeNumber(1, 10_000, 5000).describe(
        'Subscriptions of one client. More are refused.',
      ),
      subscriptionsOfAll: wholeNumber(100, 1_000_000, 20_000).describe(
        'Subscriptions of all clients together. Long or deep filters count as several.',
      ),
      messagesPerSecond: wholeNumber(1, 1_000_000, 1000, 'from one client').describe(
        'Messages and topic filters from one client. A client that sends more has to wait.',
      ),
      inFlightPerClient: wholeNumber(1, 65_535, 100).describe(
        'Messages sent to a client that it has not acknowledged. The rest waits.',
      ),
      queuedPerClient: wholeNumber(1, 100_000, 1000).describe(
        'Messages that wait for a client with a session. The oldest are dropped.',
      ),
      queuedBytesOfAll: wholeNumber(1_048_576, 1_073_741_824, 16_777_216, 'bytes').describe(
        'Memory for messages that wait for all clients together. The oldest are dropped.',
      ),
      backlogBytes: wholeNumber(65_536, 67_108_864, 1_048_576, 'bytes').describe(
        'Data that a client has not yet taken. Beyond it, its QoS 0 messages are dropped.',
      ),
      backlogBytesOfAll: wholeNumber(1_048_576, 1_073_741_824, 25_165_824, 'bytes').describe(
        'Data that all clients together have not yet taken. Those with the most are disconnected.',
      ),
      sessions: wholeNumber(1, 100_000, 2000).describe(
        'Sessions kept. Beyond it, the one that has been offline longest ends.',
      ),
      sessionExpirySeconds: wholeNumber(1, 31_536_000, 604_800, 's').describe(
        'How long a session is kept while its client is offline. The default is a week.',
      ),
      slowClientSeconds: wholeNumber(1, 3600, 10, 's').describe(
        'How long a client may fall behind before it is disconnected.',
      ),
      anonymousBytesPerHour: wholeNumber(0, 1_073_741_824, 1_048_576, 'bytes an hour').describe(
        'Data written to the card for clients that have not signed in. Beyond it, it is kept in memory only.',
      ),
      retainedMessages: wholeNumber(100, 100_000, 2000).describe(
        'Retained messages of clients. More are delivered but not retained; half is reserved for users.',
      ),
      retainedBytes: wholeNumber(65_536, 268_435_456, 8_388_608, 'bytes').describe(
        'Size of all retained messages of clients together. More are delivered but not retained.',
      ),
    }).describe('Limits that protect Blinky. The defaults suit most networks.'),
  },
  brokerMistakes,
).describe('The MQTT broker inside Blinky.');
export type BrokerSettings = Settings<typeof brokerConfig>;

interface PortSettings {
  readonly port: number;
  readonly tls: {
    readonly enable: boolean;
    readonly port: number;
    readonly certFile: string;
    readonly keyFile: string;
  };
}

function brokerMistakes(settings: PortSettings): Contradiction[] {
  return [...halfOfCertificate(settings), ...portClash(settings)];
}

/** A certificate is useless without its key, and the reverse. */
function halfOfCertificate({ tls }: PortSettings): Contradiction[] {
  const { certFile, keyFile } = tls;
  if (!tls.enable || (certFile === '') === (keyFile === '')) return [];
  const [missing, given] = certFile === '' ? ['certFile', keyFile] : ['keyFile', certFile];
  return [
    {
      path: ['tls', missing],
      found: 'nothing',
      allowed: `the file that goes with ${given}; with neither, Blinky generates a certificate`,
    },
  ];
}

function portClash({ port, tls }: PortSettings): Contradiction[] {
  if (!tls.enable || tls.port === 0 || tls.port !== port) return [];
  return [
    {
      path: ['tls', 'port'],
      found: String(tls.port),
      allowed: 'a port other than Butler.brokerConfig.port',
    },
  ];
}
