import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes an authority and a certificate by it for `name`, with Debian's openssl. */
export function makeCertificates(folder: string, name: string): Certificates {
  const file = (suffix: string) => join(folder, suffix);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    ...['req', '-x509', ...newKey, '-keyout', file('ca.key'), '-out', file('ca.pem')],
    ...['-days', '2', '-subj', '/CN=Authority of a test'],
  );
  openssl(
    ...['req', ...newKey, '-keyout', file('key.pem'), '-out', file('request.pem')],
    ...['-subj', `/CN=${name}`],
  );
  writeFileSync(file('names'), `subjectAltName=DNS:${name}\n`);
  openssl(
    ...[
      'x509',
      '-req',
      '-in',
      file('request.pem'),
      '-CA',
      file('ca.pem'),
      '-CAkey',
      file('ca.key'),
    ],
    ...['-CAcreateserial', '-days', '2', '-extfile', file('names'), '-out', file('cert.pem')],
  );
  return { caFile: file('ca.pem'), certFile: file('cert.pem'), keyFile: file('key.pem') };
}
