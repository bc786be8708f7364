import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { whyUnreadable } from '../platform/errors.ts';
import type { KeyedCertificate } from './certificate.ts';
import { CertificateFault, type CertificateSource } from './certificate-source.ts';

const keysOfSettings = {
  cert: 'Butler.brokerConfig.tls.certFile',
  key: 'Butler.brokerConfig.tls.keyFile',
} as const;

/** A certificate in files that somebody else looks after. */
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
        `Give the user that runs blinky the right to read it, or change ${keysOfSettings[which]}`,
        { cause: error },
      );
    }
  }

  #check({ cert, key }: KeyedCertificate): void {
    const certificate = parse(
      () => new X509Certificate(cert),
      `${this.#files.cert} holds no certificate in PEM`,
      `Put the server's certificate there, and the ones that lead to its authority after it`,
    );
    const privateKey = parse(
      () => createPrivateKey(key),
      `${this.#files.key} holds no private key in PEM, or one with a password`,
      'Put the private key there, without a password',
    );
    if (!certificate.checkPrivateKey(privateKey)) {
      throw new CertificateFault(
        `the key in ${this.#files.key} does not belong to the certificate in ${this.#files.cert}`,
        'Put a certificate and its own key there',
      );
    }
  }

  #checkEnd({ cert }: KeyedCertificate): void {
    const end = new Date(new X509Certificate(cert).validTo);
    if (end >= this.#now()) return;
    throw new CertificateFault(
      `the certificate in ${this.#files.cert} ended on ${end.toISOString().slice(0, 10)}`,
      'Put a new one there; it is picked up within a minute',
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
