import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import { addressBytes } from './address-bytes.ts';
import { contentOf, der } from './der.ts';

/** A certificate and its private key, both PEM. */
export interface KeyedCertificate {
  readonly cert: string;
  readonly key: string;
}

interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const ecdsaWithSha256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));

/** Key usages (RFC 5280, section 4.2.1.3). */
const signsCertificates = der.bits(Buffer.from([0x06]), 1);
const signsHandshakes = der.bits(Buffer.from([0x80]), 7);
const serverAuthentication = der.oid('1.3.6.1.5.5.7.3.1');

const nameConstraints = '2.5.29.30';

/**
 * Creates a private certificate authority, which can sign server certificates only.
 * @param hosts the only host names (including their subdomains) that its certificates may be for,
 * if given
 */
export function createAuthority(
  name: string,
  validity: Validity,
  hosts: readonly string[] = [],
): KeyedCertificate {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = issue({
    subject: name,
    subjectKey: privateKey,
    issuer: name,
    issuerKey: privateKey,
    validity,
    extensions: [
      extension('2.5.29.19', der.sequence(der.boolean(true), der.integer(Buffer.from([0]))), true),
      extension('2.5.29.15', signsCertificates, true),
      extension('2.5.29.37', der.sequence(serverAuthentication)),
      ...(hosts.length > 0 ? [onlyFor(hosts)] : []),
    ],
  });
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/**
 * Name constraints (RFC 5280, section 4.2.1.10): even if the CA's key is stolen, clients that trust
 * the CA accept no certificate for another host. Addresses are not constrained: they change, and in
 * some networks they are public. Not critical, although the RFC requires that: Mbed TLS, which most
 * microcontrollers use, doesn't know name constraints, and rejects a certificate in which they are
 * critical.
 */
function onlyFor(hosts: readonly string[]): Buffer {
  const permitted = hosts.map((host) => permittedSubtree(host));
  return extension(nameConstraints, der.sequence(der.explicit(0, Buffer.concat(permitted))));
}

const permittedSubtree = (host: string): Buffer => der.sequence(der.tagged(2, Buffer.from(host)));

/**
 * The only hosts that certificates may be for, in lower case, from the constraints that
 * `createAuthority` wrote; undefined if it wrote none.
 */
export function permittedHosts(authority: string): readonly string[] | undefined {
  const { raw } = new X509Certificate(authority);
  const oid = der.oid(nameConstraints);
  const begin = raw.indexOf(oid);
  if (begin === -1) return undefined;
  const constraints = contentOf(contentOf(raw.subarray(begin + oid.length)).content).content;
  const hosts: string[] = [];
  for (let subtrees = contentOf(constraints).content; subtrees.length > 0; ) {
    const { content, rest } = contentOf(subtrees);
    // Host names are case-insensitive (RFC 4343).
    hosts.push(contentOf(content).content.toString('latin1').toLowerCase());
    subtrees = rest;
  }
  return hosts;
}

/**
 * Creates a server certificate for these names and addresses, signed by `authority`.
 * @param names host names and IP addresses; the first host name is also the subject
 */
export function createServerCertificate(
  authority: KeyedCertificate,
  names: readonly string[],
  validity: Validity,
): KeyedCertificate {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const hosts = names.map((name) =>
    isIP(name) ? der.tagged(7, addressBytes(name)) : der.tagged(2, Buffer.from(name)),
  );
  const cert = issue({
    subject: names.find((name) => !isIP(name)) ?? 'localhost',
    subjectKey: privateKey,
    issuer: commonNameOf(authority.cert),
    issuerKey: createPrivateKey(authority.key),
    validity,
    extensions: [
      extension('2.5.29.19', der.sequence(), true),
      extension('2.5.29.15', signsHandshakes, true),
      extension('2.5.29.37', der.sequence(serverAuthentication)),
      extension('2.5.29.17', der.sequence(...hosts)),
    ],
  });
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** SHA-256 of the whole certificate, in the form people compare: `AB:CD:…`. */
export function fingerprintOf(cert: string): string {
  return new X509Certificate(cert).fingerprint256;
}

interface Issue {
  readonly subject: string;
  readonly subjectKey: KeyObject;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly validity: Validity;
  readonly extensions: readonly Buffer[];
}

/** Creates a certificate (RFC 5280, section 4.1), version 3. */
function issue({ subject, subjectKey, issuer, issuerKey, validity, extensions }: Issue): string {
  const publicKey = publicKeyOf(subjectKey);
  const content = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(serialNumber()),
    ecdsaWithSha256,
    commonName(issuer),
    der.sequence(der.time(validity.notBefore), der.time(validity.notAfter)),
    commonName(subject),
    publicKey,
    der.explicit(
      3,
      der.sequence(
        ...extensions,
        extension('2.5.29.14', der.octets(keyIdentifier(publicKey))),
        extension('2.5.29.35', der.sequence(der.tagged(0, keyIdentifier(publicKeyOf(issuerKey))))),
      ),
    ),
  );
  const signature = sign('sha256', content, issuerKey);
  const certificate = der.sequence(content, ecdsaWithSha256, der.bits(signature));
  const lines = certificate.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

function extension(oid: string, value: Buffer, critical = false): Buffer {
  return der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

/** Positive, unique and unpredictable (RFC 5280, section 4.1.2.2). */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function commonName(name: string): Buffer {
  return der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.text(name))));
}

function commonNameOf(cert: string): string {
  return /^CN=(.*)$/m.exec(new X509Certificate(cert).subject)?.[1] ?? '';
}

function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** RFC 7093, section 2, method 1, applied to the whole key information. */
function keyIdentifier(publicKey: Buffer): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}
