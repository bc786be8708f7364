/**
 * Alerts about the client's certificate (RFC 8446, section 6.2), as OpenSSL names them, and their
 * meaning.
 */
const alerts: ReadonlyMap<unknown, string> = new Map([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'it was not sent'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'the broker does not trust its issuer'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'it is not valid there'],
  ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', 'its type is not supported there'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', 'it was revoked'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', "it has expired according to the broker's clock"],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'it is not accepted there'],
  ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'access is denied'],
  ['ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR', 'its signature is not accepted there'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'the handshake failed'],
]);

/**
 * Explains an alert of another broker about the client certificate; undefined for any other error.
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
      message: `${place} requires a client certificate`,
      remedy: `Set ${section}.tls.certFile and keyFile`,
    };
  }
  return {
    message: `${place} rejected the client certificate in ${certFile} (${reason})`,
    remedy: `Allow it there, or set ${section}.tls.certFile and keyFile to another one`,
  };
}
