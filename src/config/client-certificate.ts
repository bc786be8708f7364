import type { Contradiction } from './contradictions.ts';

interface ClientCertificateSettings {
  readonly tls: { readonly enable: boolean; readonly certFile: string; readonly keyFile: string };
}

/** A client certificate needs its key, and TLS to be sent over. */
export function clientCertificateMistakes(
  name: 'mqttConfig' | 'satelliteConfig',
  { tls }: ClientCertificateSettings,
): Contradiction[] {
  const { enable, certFile, keyFile } = tls;
  if (certFile === '' && keyFile === '') return [];
  if (certFile === '' || keyFile === '') {
    const [missing, given] = certFile === '' ? ['certFile', keyFile] : ['keyFile', certFile];
    const allowed = `the file that goes with ${given} (a client certificate needs its key)`;
    return [{ path: [name, 'tls', missing], found: 'nothing', allowed }];
  }
  if (enable) return [];
  const allowed = `true, since a client certificate (${certFile}) is sent over TLS only`;
  return [{ path: [name, 'tls', 'enable'], found: 'false', allowed }];
}
