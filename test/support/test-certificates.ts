import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { der } from '../../src/tls/der.ts';

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TestAuthority {
  readonly caFile: string;
  /**
   * Issues a certificate that is good for both ends of a connection.
   * @param days from when until when it is valid, in days from now
   */
  issue(name: string, days?: readonly [number, number]): CertificateFiles;
}

const dayMs = 24 * 60 * 60 * 1000;
const ecdsaWithSha256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));
const nameOf = (name: string) =>
  der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.text(name))));

/** Makes an authority whose files, and those of what it issues, are put into `folder`. */
export function makeTestAuthority(folder: string, authorityName = 'authority'): TestAuthority {
  const write = (file: string, text: string) => {
    const path = join(folder, file);
    writeFileSync(path, text);
    return path;
  };
  const own = newKey();
  const caFile = write(
    `${authorityName}.pem`,
    certificate({ subject: authorityName, key: own, issuer: authorityName, by: own, isCa: true }),
  );
  return {
    caFile,
    issue: (name, days) => {
      const key = newKey();
      const text = certificate({
        subject: name,
        key,
        issuer: authorityName,
        by: own,
        isCa: false,
        ...(days && { days }),
      });
      return {
        certFile: write(`${name}.pem`, text),
        keyFile: write(`${name}.key`, key.export({ type: 'pkcs8', format: 'pem' }).toString()),
      };
    },
  };
}

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** RFC 5280, section 4.1; without a restriction of what it is for. */
function certificate(options: {
  readonly subject: string;
  readonly key: KeyObject;
  readonly issuer: string;
  readonly by: KeyObject;
  readonly isCa: boolean;
  readonly days?: readonly [number, number];
}): string {
  const [from, to] = options.days ?? [-9, 9];
  const time = (days: number) => der.time(new Date(Date.now() + days * dayMs));
  const serial = randomBytes(8);
  serial[0] = 0x40;
  const extension = (oid: string, value: Buffer) => der.sequence(der.oid(oid), der.octets(value));
  const content = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(serial),
    ecdsaWithSha256,
    nameOf(options.issuer),
    der.sequence(time(from), time(to)),
    nameOf(options.subject),
    createPublicKey(options.key).export({ type: 'spki', format: 'der' }),
    der.explicit(
      3,
      der.sequence(
        extension('2.5.29.19', options.isCa ? der.sequence(der.boolean(true)) : der.sequence()),
        extension('2.5.29.17', der.sequence(der.tagged(2, Buffer.from(options.subject)))),
      ),
    ),
  );
  const whole = der.sequence(
    content,
    ecdsaWithSha256,
    der.bits(sign('sha256', content, options.by)),
  );
  const lines = whole.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}
