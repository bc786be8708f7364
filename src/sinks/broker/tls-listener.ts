import { createServer, type Server } from 'node:tls';
import type { KeyedCertificate } from '../../tls/certificate.ts';
import { fingerprintOf } from '../../tls/certificate.ts';
import { CertificateFault, type CertificateSource } from '../../tls/certificate-source.ts';
import { TcpListener, type TcpListenerOptions } from './tcp-listener.ts';

export interface TlsListenerOptions
  extends Omit<TcpListenerOptions, 'scheme' | 'hostKey' | 'portKey' | 'createServer'> {
  readonly source: CertificateSource;
}

/** How often the certificate is looked at, ms. */
const lookMs = 60_000;

/** Accepts connections over TLS. A new certificate is taken without disturbing who is connected. */
export class TlsListener {
  readonly #options: TlsListenerOptions;
  readonly #listener: TcpListener;
  #server: Server | undefined;
  #certificate: KeyedCertificate | undefined;
  #listening = false;
  #cancelLook: (() => void) | undefined;
  #stopped = false;

  constructor(options: TlsListenerOptions) {
    this.#options = options;
    this.#listener = new TcpListener({
      ...options,
      scheme: 'mqtts',
      hostKey: 'Butler.brokerConfig.host',
      portKey: 'Butler.brokerConfig.tls.port',
      createServer: (onConnection) => {
        this.#server = createServer(
          {
            ...this.#certificate,
            minVersion: 'TLSv1.2',
            handshakeTimeout: 10_000,
            noDelay: true,
            keepAlive: true,
            keepAliveInitialDelay: 15_000,
          },
          onConnection,
        );
        this.#server.on('tlsClientError', (error, { remoteAddress }) =>
          options.log.verbose(`no TLS with ${remoteAddress ?? 'a client'}: ${error.message}`),
        );
        return this.#server;
      },
    });
  }

  /** The port it listens on; undefined while it does not. */
  get port(): number | undefined {
    return this.#listener.port;
  }

  /** Resolves when clients can connect, or when the reason why they can't yet is reported. */
  async start(): Promise<void> {
    await this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelLook?.();
    await this.#listener.stop();
  }

  async #look(): Promise<void> {
    const { source, clock, health, log } = this.#options;
    try {
      const certificate = source.current();
      const isNew = certificate !== this.#certificate;
      this.#certificate = certificate;
      if (!this.#listening) {
        this.#listening = true;
        await this.#listener.start();
        const { authority } = source;
        if (authority) log.info(`the CA that clients need has SHA-256 ${fingerprintOf(authority)}`);
      } else if (isNew) {
        this.#server?.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
        log.info('the certificate for MQTT over TLS is a new one');
      }
      if (this.port !== undefined) health.ok(this.#describe());
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error;
      health.fault({
        message: this.#listening
          ? `the certificate for MQTT over TLS stays the old one: ${error.message}`
          : `no MQTT over TLS: ${error.message}`,
        remedy: error.remedy,
        needsPerson: true,
      });
    }
    if (!this.#stopped) this.#cancelLook = clock.schedule(lookMs, () => void this.#look());
  }

  #describe(): string {
    const { authority } = this.#options.source;
    const listening = `listening on TCP port ${this.port}`;
    return authority ? `${listening}; SHA-256 of the CA ${fingerprintOf(authority)}` : listening;
  }
}
