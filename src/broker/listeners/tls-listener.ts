import { createServer, type Socket, type Server as TcpServer } from 'node:net';
import { createServer as createTlsServer, type Server } from 'node:tls';
import { plainAddress } from '../../platform/addresses.ts';
import type { KeyedCertificate } from '../../tls/certificate.ts';
import { fingerprintOf } from '../../tls/certificate.ts';
import { CertificateFault, type CertificateSource } from '../../tls/certificate-source.ts';
import type { BrokerStatistics } from '../broker-statistics.ts';
import { Handshakes } from './handshakes.ts';
import { TcpListener, type TcpListenerOptions } from './tcp-listener.ts';

export interface TlsListenerOptions
  extends Omit<TcpListenerOptions, 'scheme' | 'hostKey' | 'portKey' | 'createServer'> {
  readonly source: CertificateSource;
  /** Per network. */
  readonly connectionsPerSecond: number;
  readonly statistics: Pick<BrokerStatistics, 'refused'>;
}

/** How often the certificate is checked, ms. */
const lookMs = 60_000;

/**
 * Only cipher suites with authenticated encryption (AEAD) and forward secrecy; the first three are
 * TLS 1.3's (RFC 9325, section 4.2).
 */
const security = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
  ].join(':'),
} as const;

/**
 * Accepts connections over TLS. A new certificate is loaded without disturbing connected clients.
 */
export class TlsListener {
  readonly #options: TlsListenerOptions;
  readonly #listener: TcpListener;
  #server: Server | undefined;
  #handshakes: Handshakes | undefined;
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
      createServer: (onConnection) => this.#createServer(onConnection),
    });
  }

  /** The port it listens on; undefined while it doesn't listen. */
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
    this.#handshakes?.close();
    await this.#listener.stop();
  }

  /** A server for plain TCP, which passes connections to the TLS server when their turn comes. */
  #createServer(onConnection: (socket: Socket) => void): TcpServer {
    const server = createTlsServer({ ...this.#certificate, ...security }, (socket) => {
      handshakes.done(socket);
      onConnection(socket);
    });
    server.on('tlsClientError', (error, { remoteAddress }) =>
      this.#options.log.verbose(
        `TLS handshake with ${remoteAddress ? plainAddress(remoteAddress) : 'a client'} failed: ${error.message}`,
      ),
    );
    const begin = (socket: Socket) => server.emit('connection', socket);
    const handshakes = new Handshakes({ ...this.#options, begin });
    this.#server = server;
    this.#handshakes = handshakes;
    return createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 },
      (socket) => handshakes.take(socket),
    );
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
        if (authority) log.info(`SHA-256 of the CA that clients need: ${fingerprintOf(authority)}`);
      } else if (isNew) {
        this.#server?.setSecureContext({ ...certificate, ...security });
        log.info('loaded a new certificate for MQTT over TLS');
      }
      if (this.port !== undefined) health.ok(this.#describe());
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error;
      health.fault({
        message: this.#listening
          ? `MQTT over TLS still uses the previous certificate: ${error.message}`
          : `MQTT over TLS is not available: ${error.message}`,
        remedy: error.remedy,
        needsAttention: true,
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
