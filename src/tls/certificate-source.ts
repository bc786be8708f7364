import type { KeyedCertificate } from './certificate.ts';

/** Where the server's certificate comes from. */
export interface CertificateSource {
  /**
   * The certificate to serve now; the same object until it changes.
   * @throws CertificateFault if there is none
   */
  current(): KeyedCertificate;
  /** The certificate that clients must trust, PEM; undefined if they get it from somewhere else. */
  readonly authority: string | undefined;
}

/** No certificate can be served; explained for users. */
export class CertificateFault extends Error {
  override readonly name = 'CertificateFault';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
