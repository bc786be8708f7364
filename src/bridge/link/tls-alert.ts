/**
 * Alerts about the client's certificate (RFC 8446, section 6.2), as OpenSSL names them, and what
 * each says of the certificate.
 */
const alerts: ReadonlyMap<unknown, string> = new Map([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'it was not sent'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'it does not know who issued it'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'it is not valid there'],
  ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', 'it is of a kind not supported there'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', 'it was revoked'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'it has expired by the clock there'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'it is not accepted there'],
  ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'access is denied'],
  ['ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR', 'its signature is not accepted there'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'the handshake failed'],
]);

/**
 * Says what an alert of another broker about the client certificate means; undefined for any other
 * error.
 * @param certFile the file with the client certificate; empty: there is none
 */
export function explainTlsAlert(
  code: unknown,
  place: string,
  section: string,
  certFile: string,
): { readonly message: string; readonly remedy: string } | undefined {
  const reason = alerts.get(code);
  if (reason === undefined) return undefined;
  if (certFile === '') {
    return {
      message: `${place} wants a client certificate`,
      remedy: `Fix: set ${section}.tls.certFile and keyFile`,
    };
  }
  return {
    message: `${place} refuses the client certificate in ${certFile} (${reason})`,
    remedy: `Fix: allow it there, or set ${section}.tls.certFile and keyFile to another one`,
  };
}
