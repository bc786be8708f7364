import { createServer, type Server, type Socket } from 'node:net';
import type { PartHealth } from '../../health/health.ts';
import { listenFault } from '../../health/listen-fault.ts';
import type { Clock } from '../../platform/clock.ts';
import { addressToBind } from '../../platform/listen-address.ts';
import type { Log } from '../../platform/log.ts';
import { withPort } from '../../platform/plain-address.ts';
import type { RetryPauses } from '../../platform/retry-pauses.ts';

export interface TcpListenerOptions {
  readonly host: string;
  /** 0 takes any free port; `port` tells which. */
  readonly port: number;
  /** `mqtt` or `mqtts`, for the log. */
  readonly scheme: string;
  /** The settings that decide host and port, for whoever must change them. */
  readonly hostKey: string;
  readonly portKey: string;
  /** Makes the server; by default one for plain TCP. */
  readonly createServer?: (onConnection: (socket: Socket) => void) => Server;
  readonly onConnection: (socket: Socket) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Small messages leave at once, and a peer that vanished is noticed. */
const plainTcp = (onConnection: (socket: Socket) => void) =>
  createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 }, onConnection);

/** Accepts connections on a port, and tries again while it can't have the port. */
export class TcpListener {
  readonly #options: TcpListenerOptions;
  #server: Server | undefined;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(options: TcpListenerOptions) {
    this.#options = options;
  }

  /** The port it listens on; undefined while it does not. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Resolves when clients can connect, or when the first try has failed and others will follow. */
  async start(): Promise<void> {
    const { host, port, scheme, hostKey, portKey, health, log, retry, clock } = this.#options;
    const address = await addressToBind({ host, protocol: 'TCP', log });
    if (this.#stopped) return;
    const server = (this.#options.createServer ?? plainTcp)(this.#options.onConnection);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, address, () => {
          server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      if (this.#stopped) return;
      const purpose = scheme.toUpperCase();
      health.fault(listenFault(error, { protocol: 'TCP', host, port, purpose, hostKey, portKey }));
      this.#cancelRetry = clock.schedule(retry.next(), () => void this.start());
      return;
    }
    server.on('error', (error) => log.warn(`a connection was not accepted: ${error.message}`));
    this.#server = server;
    retry.reset();
    log.info(`MQTT broker on ${scheme}://${withPort(address, this.port ?? port)}`);
    health.ok(`listening on TCP port ${this.port}`);
  }

  /** Accepts no more. Resolves when those it had accepted are gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    const server = this.#server;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
