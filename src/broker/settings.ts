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
  name: field(z.string().min(1).max(64), 'a name of 1 to 64 characters'),
  passwordHash: secret(
    field(z.string().refine(isPasswordHash), 'the output of `blinky passwd NAME`'),
  ),
  publish: field(z.array(z.string()), 'a list of topics, + and # allowed').optional(),
  subscribe: field(z.array(z.string()), 'a list of topics, + and # allowed').optional(),
});
export type BrokerUser = Settings<typeof brokerUser>;

/** `Butler.brokerConfig`. */
export const brokerConfig = section(
  {
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
      users: listOf(brokerUser, 'users, as `blinky passwd NAME` prints them'),
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
      /** The total that may wait for all clients, in bytes of memory. */
      queuedBytesOfAll: wholeNumber(1_048_576, 1_073_741_824, 16_777_216, 'bytes'),
      backlogBytes: wholeNumber(65_536, 67_108_864, 1_048_576, 'bytes'),
      backlogBytesOfAll: wholeNumber(1_048_576, 1_073_741_824, 25_165_824, 'bytes'),
      sessions: wholeNumber(1, 100_000, 2000),
      /** How long a client's session is kept while it is offline: a week. */
      sessionExpirySeconds: wholeNumber(1, 31_536_000, 604_800, 's'),
      slowClientSeconds: wholeNumber(1, 3600, 10, 's'),
      /** What may be written to the card for clients that have not signed in. */
      anonymousBytesPerHour: wholeNumber(0, 1_073_741_824, 1_048_576, 'bytes an hour'),
      retainedMessages: wholeNumber(100, 100_000, 2000),
      retainedBytes: wholeNumber(65_536, 268_435_456, 8_388_608, 'bytes'),
    }),
  },
  brokerMistakes,
);
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
