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
  /** 0 takes any free port; `port` returns which. */
  readonly port: number;
  /** `mqtt` or `mqtts`, for the log. */
  readonly scheme: string;
  /** The settings for host and port, for messages. */
  readonly hostKey: string;
  readonly portKey: string;
  /** Creates the server; by default for plain TCP. */
  readonly createServer?: (onConnection: (socket: Socket) => void) => Server;
  readonly onConnection: (socket: Socket) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Small messages are sent at once, and vanished peers are detected. */
const plainTcp = (onConnection: (socket: Socket) => void) =>
  createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 }, onConnection);

/** Accepts connections on a port, and retries while the port isn't available. */
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

  /** The port it listens on; undefined while it doesn't listen. */
  get port(): number | undefined {
    const address = this.#server.opened?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /**
   * Resolves when clients can connect, or when the first attempt has failed and others will follow.
   */
  async start(): Promise<void> {
    await this.#server.start();
  }

  /** Stops accepting connections. Resolves when the accepted ones are gone. */
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
    server.on('error', (error) => log.warn(`could not accept a connection: ${error.message}`));
    return server;
  }
}
