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
 * Settings for another broker: its address, and how to sign in.
 * @param host what `brokerHost` allows, in words
 */
export const remoteBrokerFields = (host: string) => ({
  brokerHost: text('', host).describe('Where the other broker is. Empty: none is used.'),
  brokerPort: port(1883).describe('The port of that broker; often 8883 with TLS.'),
  brokerUser: text('', 'a user of that broker, or nothing').describe('The user name there.'),
  brokerPassword: secret(text('', 'the password; brokerPasswordFile is safer')).describe(
    'The password there.',
  ),
  brokerPasswordFile: text('', 'the path of a file that holds the password').describe(
    'File with the password. Without it: a systemd credential.',
  ),
  brokerClientId: field(
    z.string().max(128),
    'a client id of up to 128 characters, or nothing to use a generated one',
  )
    .default('')
    .describe('The MQTT client id, if the broker requires a certain one.'),
  protocolVersion: field(z.literal([4, 5]), '4 (MQTT 3.1.1) or 5 (MQTT 5)')
    .default(4)
    .describe('The version of MQTT, as in its CONNECT packet. Every broker supports 4.'),
  brokerTopicPrefix: field(
    z.string().regex(/^[^+#\0]{0,100}$/u),
    'a prefix for every topic there, without + and #, or nothing',
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
        'The client certificate, if the broker requires one.',
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

/** A password needs a user, and is set in one place only. */
export function signInMistakes({
  brokerUser,
  brokerPassword,
  brokerPasswordFile,
}: Pick<
  RemoteBrokerSettings,
  'brokerUser' | 'brokerPassword' | 'brokerPasswordFile'
>): Contradiction[] {
  if (brokerPassword && brokerPasswordFile) {
    const allowed = 'nothing, since brokerPassword is set too; keep one of them';
    return [{ path: ['brokerPasswordFile'], found: 'a file', allowed }];
  }
  if ((brokerPassword || brokerPasswordFile) && !brokerUser) {
    const allowed = 'the user that the password belongs to';
    return [{ path: ['brokerUser'], found: 'nothing', allowed }];
  }
  return [];
}

interface TlsSettings {
  readonly enable: boolean;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A client certificate needs its key, and requires TLS. */
function clientCertificateMistakes({ enable, certFile, keyFile }: TlsSettings): Contradiction[] {
  if (certFile === '' && keyFile === '') return [];
  if (certFile === '' || keyFile === '') {
    const [missing, given] = certFile === '' ? ['certFile', keyFile] : ['keyFile', certFile];
    const allowed = `the file that goes with ${given} (a client certificate needs its key)`;
    return [{ path: [missing], found: 'nothing', allowed }];
  }
  if (enable) return [];
  const allowed = `true, since a client certificate (${certFile}) is only sent over TLS`;
  return [{ path: ['enable'], found: 'false', allowed }];
}
