import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import { whyUnreadable } from '../platform/errors.ts';
import type { PermanentFailure } from './post-outcome.ts';

export interface TrustedAuthorities {
  readonly kind: 'trusted';
  /** PEM. */
  readonly certificates: readonly string[];
}

const keyName = 'Butler.slackConfig.caFile';
const exportRemedy =
  'Ask your IT department for the certificate of the CA as a PEM file (Base-64 encoded X.509, .cer or .crt)';

/**
 * Reads the file of `caFile` again. Its certificates are added to the well-known authorities and to
 * those of `NODE_EXTRA_CA_CERTS`, which Node ignores for a context made by hand.
 * @param extraFile `$NODE_EXTRA_CA_CERTS`
 */
export async function readAuthorities(
  file: string,
  extraFile?: string,
): Promise<TrustedAuthorities | PermanentFailure> {
  const failure = (message: string, remedy: string): PermanentFailure => ({
    kind: 'permanent',
    message,
    remedy,
  });
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    const message = `the file of ${keyName} (${file}) ${whyUnreadable(error)}`;
    return failure(message, 'Put the certificate of the CA there, readable by this user');
  }
  const certificates = certificatesIn(content);
  if (certificates.length === 0) {
    return failure(`the file of ${keyName} (${file}) contains no certificate`, exportRemedy);
  }
  // Node itself has already complained if it can't be read.
  const extra = extraFile ? await readFile(extraFile).catch(() => undefined) : undefined;
  return {
    kind: 'trusted',
    certificates: [...certificates, ...(extra ? certificatesIn(extra) : [])],
  };
}

/** The certificates as PEM: from a file with one or more, or with one in DER. */
function certificatesIn(content: Buffer): string[] {
  const text = content.toString('latin1');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return (blocks ?? [content]).flatMap((block) => {
    try {
      return [new X509Certificate(block).toString()];
    } catch {
      return [];
    }
  });
}

/**
 * A context that trusts these authorities as well. Node's `ca` option would replace the well-known
 * ones, and reading those again blocks the lights (35 ms on a PC, against 2 ms). The function that
 * option calls inside Node adds to them.
 */
export function trusting(certificates: readonly string[]): SecureContext {
  const secureContext = createSecureContext();
  const { context } = secureContext as { context: { addCACert(pem: string): void } };
  for (const certificate of certificates) context.addCACert(certificate);
  return secureContext;
}
