import { X509Certificate } from 'node:crypto';
import { type Finding, fault, ok, warn } from '../health/finding.ts';
import { CertificateFault } from '../tls/certificate-source.ts';
import { GivenCertificate } from '../tls/given-certificate.ts';

const name = 'TLS certificate';
/** How long before it expires the owner of a certificate should be told, days. */
const noticeDays = 14;
const dayMs = 24 * 60 * 60 * 1000;

export interface TlsSettings {
  readonly enable: boolean;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Checks that the broker can use the configured certificate. */
export function* checkCertificate(
  { enable, certFile, keyFile }: TlsSettings,
  now: Date,
): Generator<Finding> {
  if (!enable) return;
  yield certFile === ''
    ? ok(name, 'generated and renewed automatically')
    : checkGiven({ cert: certFile, key: keyFile }, now);
}

function checkGiven(files: { readonly cert: string; readonly key: string }, now: Date): Finding {
  try {
    const { cert } = new GivenCertificate(files, () => now).current();
    const end = new Date(new X509Certificate(cert).validTo);
    const text = `${files.cert} is valid until ${end.toISOString().slice(0, 10)}`;
    if (end.getTime() - now.getTime() > noticeDays * dayMs) return ok(name, text);
    return warn(name, text, 'Replace it before then; Blinky loads the new one within a minute');
  } catch (error) {
    if (!(error instanceof CertificateFault)) throw error;
    return fault(name, error.message, error.remedy);
  }
}
