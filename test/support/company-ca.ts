import { createAuthority, createServerCertificate } from '../../src/tls/certificate.ts';

const dayMs = 86_400_000;

/** The CA of a company whose network replaces the certificates of other servers. */
export function createCompanyCa(name = 'Company CA') {
  const validity = {
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 30 * dayMs),
  };
  const authority = createAuthority(name, validity);
  return {
    /** PEM. */
    certificate: authority.cert,
    /** A certificate for these names, signed by the CA. */
    signFor: (...names: readonly string[]) => createServerCertificate(authority, names, validity),
  };
}
