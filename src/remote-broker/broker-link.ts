import type { Clock } from '../clock.ts';
import type { PartHealth } from '../health/health.ts';
import type { Log } from '../log.ts';
import type { Publication } from '../publications/publication.ts';
import type { RetryPauses } from '../retry-pauses.ts';
import { type Connection, openConnection } from './connection.ts';
import { describeEndpoint, type Endpoint, type RemoteBroker } from './remote-broker.ts';
import { explainConnectError, ownBrokerFault, RemoteBrokerFault } from './remote-broker-fault.ts';
import { readSignIn } from './sign-in.ts';

/** A connection that lasted so long (ms) was a success: the next pauses are short again. */
const successAfterMs = 30_000;

export interface BrokerLinkOptions {
  readonly broker: RemoteBroker;
  /** Finds the broker anew for every try; rejects with a RemoteBrokerFault. */
  readonly locate: () => Promise<Endpoint>;
  readonly clientId: () => Promise<string>;
  /** Whether the broker forgets this client when it is away. */
  readonly clean: boolean;
  readonly will?: Publication;
  /** Whether a peer is the broker inside this appliance. */
  readonly isOwnBroker: (peer: Endpoint) => boolean;
  readonly onMessage: (topic: string, payload: Buffer, retained: boolean) => void;
  /** Sets to work on a new connection; the link counts as working when it resolves. */
  readonly onUp: (connection: Connection) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Keeps a connection to another broker, and opens it again with growing pauses when it ends. */
export class BrokerLink {
  readonly #options: BrokerLinkOptions;
  #connection: Connection | undefined;
  #isStarted = false;
  #endPause: (() => void) | undefined;
  readonly #stopping = new AbortController();

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
  }

  /** The connection, while there is one. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Begins to connect, and returns at once. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    void this.#run();
  }

  /** Ends the connection with a goodbye, or cuts it when that takes longer than `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping.abort();
    this.#endPause?.();
    const connection = this.#connection;
    const cancel = this.#options.clock.schedule(withinMs, () => connection?.destroy());
    await connection?.end();
    cancel();
  }

  async #run(): Promise<void> {
    const { clock, retry, health } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const fault = await this.#connectOnce();
      if (signal.aborted) return;
      health.fault(fault.fault);
      await new Promise<void>((resolve) => {
        const cancel = clock.schedule(retry.next(), resolve);
        this.#endPause = () => {
          cancel();
          resolve();
        };
      });
    }
  }

  /** Connects and stays until the connection ends. Resolves with the reason, never rejects. */
  async #connectOnce(): Promise<RemoteBrokerFault> {
    const { broker, clock, health, log, retry, onUp } = this.#options;
    let endpoint: Endpoint = { host: broker.settings.brokerHost, port: broker.settings.brokerPort };
    let connection: Connection;
    try {
      endpoint = await this.#options.locate();
      connection = await this.#open(endpoint);
    } catch (error) {
      return explainConnectError(error, broker, endpoint);
    }
    this.#connection = connection;
    const cancelSuccess = clock.schedule(successAfterMs, () => retry.reset());
    const place = describeEndpoint(endpoint);
    try {
      await onUp(connection);
      log.info(`connected to ${broker.role} ${place}`);
      health.ok(`connected to ${place}`);
      const reason = await connection.closed;
      return new RemoteBrokerFault(
        {
          message: `the connection to ${broker.role} ${place} has ended (${reason.message})`,
          remedy: 'It is opened again by itself',
          needsPerson: false,
        },
        { cause: reason },
      );
    } catch (error) {
      connection.destroy();
      return explainConnectError(error, broker, endpoint);
    } finally {
      cancelSuccess();
      this.#connection = undefined;
    }
  }

  async #open(endpoint: Endpoint): Promise<Connection> {
    const { broker, clean, will, isOwnBroker, onMessage } = this.#options;
    return openConnection({
      ...endpoint,
      ...(await readSignIn(broker)),
      tls: broker.settings.tls.enable,
      clientId: await this.#options.clientId(),
      clean,
      ...(will && { will }),
      signal: this.#stopping.signal,
      onMessage,
      checkPeer: (peer) => {
        if (isOwnBroker(peer)) throw ownBrokerFault(broker, endpoint);
      },
    });
  }
}
