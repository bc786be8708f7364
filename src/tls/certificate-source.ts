import type { KeyedCertificate } from './certificate.ts';

/** Where the server's certificate comes from. */
export interface CertificateSource {
  /**
   * The certificate to serve now; the same object while nothing has changed.
   * @throws CertificateFault when there is none
   */
  current(): KeyedCertificate;
  /** The certificate that clients have to trust, PEM; undefined where they know it from elsewhere. */
  readonly authority: string | undefined;
}

/** There is no certificate that can be served, in words for a person. */
export class CertificateFault extends Error {
  override readonly name = 'CertificateFault';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
