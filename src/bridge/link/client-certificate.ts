import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { RemoteBroker } from './remote-broker.ts';
import { RemoteBrokerFault } from './remote-broker-fault.ts';

/** The certificate that this appliance presents to another broker, with its key; both PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Checks the contents of the files of `tls.certFile` and `tls.keyFile`, so that a mistake is
 * explained here; brokers mostly give no reason.
 * @throws RemoteBrokerFault if the broker could not accept them
 */
export function checkClientCertificate(
  pair: ClientCertificate,
  { settings, section }: Pick<RemoteBroker, 'settings' | 'section'>,
  now: Date,
): void {
  const { certFile, keyFile } = settings.tls;
  const certKey = `${section}.tls.certFile`;
  const keyKey = `${section}.tls.keyFile`;
  const certificate = certificateIn(pair.cert, certFile, certKey);
  const privateKey = privateKeyIn(pair.key, keyFile, keyKey);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw certificateFault(
      `the key in ${keyFile} does not match the client certificate in ${certFile}`,
      `Set ${certKey} and keyFile to a certificate and its own key`,
    );
  }
  const start = new Date(certificate.validFrom);
  const end = new Date(certificate.validTo);
  if (end < now) {
    throw certificateFault(
      `the client certificate in ${certFile} expired on ${dayOf(end)}`,
      'Replace it with a new one; no restart is needed',
    );
  }
  if (start > now) {
    throw certificateFault(
      `the client certificate in ${certFile} is not valid until ${dayOf(start)}`,
      'Check the clock of this machine, or wait until then',
    );
  }
}

function certificateIn(text: string, file: string, key: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw certificateFault(
      `${file} contains no PEM certificate`,
      `Put the client certificate into the file of ${key} (it starts with -----BEGIN CERTIFICATE-----); convert a .pfx or .der file to PEM first`,
    );
  }
}

function privateKeyIn(text: string, file: string, key: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type:.*ENCRYPTED/m.test(text)) {
    throw certificateFault(
      `the private key in ${file} is protected by a password`,
      `Put the key without a password into the file of ${key} (openssl pkey -in ${file} -out NEW-FILE)`,
    );
  }
  try {
    return createPrivateKey(pemOfKey(text));
  } catch {
    throw certificateFault(
      `${file} contains no PEM private key`,
      `Put the key of the client certificate into the file of ${key} (it starts with -----BEGIN PRIVATE KEY-----)`,
    );
  }
}

/** Some people keep the certificate and its key in one file. */
const pemOfKey = (text: string): string =>
  /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----[\s\S]*?-----END ([A-Z]+ )?PRIVATE KEY-----/.exec(
    text,
  )?.[0] ?? text;

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

const certificateFault = (message: string, remedy: string): RemoteBrokerFault =>
  new RemoteBrokerFault({ message, remedy, needsAttention: true });
