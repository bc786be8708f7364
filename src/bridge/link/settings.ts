import { z } from 'zod';
import {
  type Contradiction,
  field,
  flag,
  port,
  type Settings,
  secret,
  section,
  text,
} from '../../config/fields.ts';

/**
 * Fields for another broker: where it is, and how to sign in there.
 * @param host what `brokerHost` allows, in words
 */
export const remoteBrokerFields = (host: string) => ({
  brokerHost: text('', host).describe('Where the other broker is. Empty: none is used.'),
  brokerPort: port(1883).describe('The port of that broker; often 8883 with TLS.'),
  brokerUser: text('', 'a user of that broker, or nothing').describe('The user name there.'),
  brokerPassword: secret(text('', 'the password; better in brokerPasswordFile')).describe(
    'The password there.',
  ),
  brokerPasswordFile: text('', 'the path of a file that holds the password').describe(
    'File with the password. Without it: a systemd credential.',
  ),
  brokerClientId: field(
    z.string().max(128),
    'a client id of up to 128 characters, or nothing for one of its own',
  )
    .default('')
    .describe('The MQTT client id, where the broker asks for a certain one.'),
  protocolVersion: field(z.literal([4, 5]), '4 (MQTT 3.1.1) or 5 (MQTT 5)')
    .default(4)
    .describe('The version of MQTT, as its CONNECT packet counts. Every broker understands 4.'),
  brokerTopicPrefix: field(
    z.string().regex(/^[^+#\0]{0,100}$/u),
    'what every topic begins with there, without + and #, or nothing',
  )
    .default('')
    .describe('Put before every topic there, to tell several appliances apart.'),
  tls: section(
    {
      enable: flag(false).describe('Connect over TLS.'),
      caFile: text(
        '',
        'the path of a PEM file, or nothing for the well-known authorities',
      ).describe('Certificate of the CA that signed the broker’s certificate.'),
      certFile: text('', 'the path of a PEM file with the client certificate, or nothing').describe(
        'The client certificate, where the broker asks for one.',
      ),
      keyFile: text(
        '',
        'the path of a PEM file with the key of the client certificate, or nothing',
      ).describe('The key of the client certificate. It must not need a password.'),
    },
    clientCertificateMistakes,
  ).describe('TLS to that broker.'),
});

/** Where another broker is and how to sign in there. */
export type RemoteBrokerSettings = Omit<
  Settings<z.ZodObject<ReturnType<typeof remoteBrokerFields>>>,
  'brokerTopicPrefix'
>;

/** A password belongs to a user, and is in one place. */
export function signInMistakes({
  brokerUser,
  brokerPassword,
  brokerPasswordFile,
}: Pick<
  RemoteBrokerSettings,
  'brokerUser' | 'brokerPassword' | 'brokerPasswordFile'
>): Contradiction[] {
  if (brokerPassword && brokerPasswordFile) {
    const allowed = 'nothing, for brokerPassword is there, too; keep one of them';
    return [{ path: ['brokerPasswordFile'], found: 'a file', allowed }];
  }
  if ((brokerPassword || brokerPasswordFile) && !brokerUser) {
    const allowed = 'the user to whom the password belongs';
    return [{ path: ['brokerUser'], found: 'nothing', allowed }];
  }
  return [];
}

interface TlsSettings {
  readonly enable: boolean;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A client certificate needs its key, and TLS to be sent over. */
function clientCertificateMistakes({ enable, certFile, keyFile }: TlsSettings): Contradiction[] {
  if (certFile === '' && keyFile === '') return [];
  if (certFile === '' || keyFile === '') {
    const [missing, given] = certFile === '' ? ['certFile', keyFile] : ['keyFile', certFile];
    const allowed = `the file that goes with ${given} (a client certificate needs its key)`;
    return [{ path: [missing], found: 'nothing', allowed }];
  }
  if (enable) return [];
  const allowed = `true, since a client certificate (${certFile}) is sent over TLS only`;
  return [{ path: ['enable'], found: 'false', allowed }];
}
