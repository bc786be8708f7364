import { createServer, type Server, type Socket } from 'node:net';
import type { PartHealth } from '../../health/health.ts';
import { listenFault } from '../../health/listen-fault.ts';
import { withPort } from '../../platform/addresses.ts';
import { BugLog, isBug } from '../../platform/bug-log.ts';
import type { Clock } from '../../platform/clock.ts';
import { addressToBind } from '../../platform/listen-address.ts';
import type { Log } from '../../platform/log.ts';
import { OpenAndRetry } from '../../platform/open-and-retry.ts';
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
  readonly #server: OpenAndRetry<Server>;
  /** Where it listens, or is about to. */
  #address = '';

  constructor(options: TcpListenerOptions) {
    const { host, port, scheme, hostKey, portKey, health, log, clock, retry } = options;
    this.#options = options;
    const purpose = scheme.toUpperCase();
    const bugs = new BugLog(clock, log);
    this.#server = new OpenAndRetry({
      open: () => this.#listen(),
      close: (server) => new Promise<void>((resolve) => server.close(() => resolve())),
      onOpen: () => {
        log.info(`MQTT broker on ${scheme}://${withPort(this.#address, this.port ?? port)}`);
        health.ok(`listening on TCP port ${this.port}`);
      },
      onFailure: (error) => {
        if (isBug(error)) bugs.report(`listening for ${purpose}`, error);
        health.fault(
          listenFault(error, { protocol: 'TCP', host, port, purpose, hostKey, portKey }),
        );
      },
      clock,
      retry,
    });
  }

  /** The port it listens on; undefined while it does not. */
  get port(): number | undefined {
    const address = this.#server.opened?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Resolves when clients can connect, or when the first try has failed and others will follow. */
  async start(): Promise<void> {
    await this.#server.start();
  }

  /** Accepts no more. Resolves when those it had accepted are gone. */
  async stop(): Promise<void> {
    await this.#server.stop();
  }

  async #listen(): Promise<Server> {
    const { host, port, log } = this.#options;
    this.#address = await addressToBind({ host, protocol: 'TCP', log });
    const server = (this.#options.createServer ?? plainTcp)(this.#options.onConnection);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.#address, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => log.warn(`a connection was not accepted: ${error.message}`));
    return server;
  }
}
