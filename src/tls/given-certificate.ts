import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { whyUnreadable } from '../platform/errors.ts';
import type { KeyedCertificate } from './certificate.ts';
import { CertificateFault, type CertificateSource } from './certificate-source.ts';

const keysOfSettings = {
  cert: 'Butler.brokerConfig.tls.certFile',
  key: 'Butler.brokerConfig.tls.keyFile',
} as const;

/** A certificate in files that an administrator or another program maintains. */
export class GivenCertificate implements CertificateSource {
  readonly authority = undefined;
  readonly #files: { readonly cert: string; readonly key: string };
  readonly #now: () => Date;
  #last: KeyedCertificate | undefined;

  constructor(files: { readonly cert: string; readonly key: string }, now: () => Date) {
    this.#files = files;
    this.#now = now;
  }

  current(): KeyedCertificate {
    const pair = { cert: this.#read('cert'), key: this.#read('key') };
    if (pair.cert !== this.#last?.cert || pair.key !== this.#last.key) {
      this.#check(pair);
      this.#last = pair;
    }
    this.#checkEnd(this.#last);
    return this.#last;
  }

  #read(which: 'cert' | 'key'): string {
    const file = this.#files[which];
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new CertificateFault(
        `${file} ${whyUnreadable(error)}`,
        `Give the user that runs Blinky read access, or change ${keysOfSettings[which]}`,
        { cause: error },
      );
    }
  }

  #check({ cert, key }: KeyedCertificate): void {
    const certificate = parse(
      () => new X509Certificate(cert),
      `${this.#files.cert} contains no PEM certificate`,
      `Put the server certificate there, followed by its intermediate certificates`,
    );
    const privateKey = parse(
      () => createPrivateKey(key),
      `${this.#files.key} contains no PEM private key, or one with a password`,
      'Put the private key there, without a password',
    );
    if (!certificate.checkPrivateKey(privateKey)) {
      throw new CertificateFault(
        `the key in ${this.#files.key} does not match the certificate in ${this.#files.cert}`,
        'Put a certificate and its own key there',
      );
    }
  }

  #checkEnd({ cert }: KeyedCertificate): void {
    const end = new Date(new X509Certificate(cert).validTo);
    if (end >= this.#now()) return;
    throw new CertificateFault(
      `the certificate in ${this.#files.cert} expired on ${end.toISOString().slice(0, 10)}`,
      'Replace it with a new one; Blinky loads it within a minute',
    );
  }
}

function parse<Result>(read: () => Result, message: string, remedy: string): Result {
  try {
    return read();
  } catch (error) {
    throw new CertificateFault(message, remedy, { cause: error });
  }
}
