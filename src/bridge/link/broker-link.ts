import type { PartHealth } from '../../health/health.ts';
import { BugLog, isBug } from '../../platform/bug-log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { RetryPauses } from '../../platform/retry-pauses.ts';
import type { Publication } from '../../publications/publication.ts';
import { readBrokerCredentials } from './broker-credentials.ts';
import { failureOf } from './connection-failure.ts';
import { describeEndpoint, type Endpoint, type RemoteBroker } from './remote-broker.ts';
import {
  type ConnectProgress,
  connectionEndedFault,
  explainConnectError,
  ownBrokerFault,
  type RemoteBrokerFault,
} from './remote-broker-fault.ts';
import { openConnection, type RemoteConnection } from './remote-connection.ts';
import { type ConnectionForm, fullForm, type RetainFallback } from './retain-fallback.ts';

/** A connection that lasted this long (ms) was a success: the next pauses are short again. */
const successAfterMs = 30_000;
/** A broker that rejects retained messages closes the connection sooner than this, ms. */
const holdsAfterMs = 1000;
/**
 * A broker that acknowledges one such message and then closes the connection doesn't accept a
 * second.
 */
const provenByRetained = 2;

export interface BrokerLinkOptions {
  readonly broker: RemoteBroker;
  /** Finds the broker again for every attempt; rejects with a RemoteBrokerFault. */
  readonly locate: () => Promise<Endpoint>;
  readonly clientId: () => Promise<string>;
  /** Whether the broker discards this client's session when it disconnects. */
  readonly clean: boolean;
  readonly will?: Publication;
  /** Finds out whether the broker accepts the will and retained messages. */
  readonly fallback?: RetainFallback;
  /** Called when a connection of this form is stable: the first time, and when the form changes. */
  readonly onForm?: (form: ConnectionForm) => void;
  /** Whether a peer is the broker inside this appliance. */
  readonly isOwnBroker: (peer: Endpoint) => boolean;
  readonly onMessage: (topic: string, payload: Buffer, retained: boolean) => void;
  /** Starts work on a new connection; the link counts as working once it resolves. */
  readonly onUp: (connection: RemoteConnection) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
}

/** Keeps a connection to another broker, and reopens it with growing pauses when it ends. */
export class BrokerLink {
  readonly #options: BrokerLinkOptions;
  readonly #bugs: BugLog;
  #connection: RemoteConnection | undefined;
  #isStarted = false;
  #endPause: (() => void) | undefined;
  readonly #stopping = new AbortController();

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
    this.#bugs = new BugLog(options.clock, options.log);
  }

  /** The connection, while there is one. */
  get connection(): RemoteConnection | undefined {
    return this.#connection;
  }

  /** Starts to connect, and returns at once. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    void this.#run();
  }

  /** Disconnects, or closes the socket if that takes longer than `withinMs`. */
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

  /** Connects, and stays until the connection ends. Resolves with the reason; never rejects. */
  async #connectOnce(): Promise<RemoteBrokerFault> {
    const { broker, clock, fallback } = this.#options;
    let endpoint: Endpoint = { host: broker.settings.brokerHost, port: broker.settings.brokerPort };
    const form = fallback?.next(clock.monotonicMs()) ?? fullForm;
    const progress: ConnectProgress = { asked: false, accepted: false, ...(fallback && { form }) };
    const onAsked = () => {
      progress.asked = true;
    };
    let connection: RemoteConnection;
    try {
      endpoint = await this.#options.locate();
      connection = await this.#open(endpoint, form, onAsked);
    } catch (error) {
      this.#noteBug(error);
      fallback?.failed(failureOf(error, progress.asked));
      return explainConnectError(error, broker, endpoint, progress);
    }
    progress.accepted = true;
    return this.#use(connection, endpoint, progress);
  }

  /** Uses a connection until it ends. Resolves with the reason; never rejects. */
  async #use(
    connection: RemoteConnection,
    endpoint: Endpoint,
    progress: ConnectProgress,
  ): Promise<RemoteBrokerFault> {
    const { broker, clock, health, log, retry, onUp, fallback } = this.#options;
    this.#connection = connection;
    const cancelSuccess = clock.schedule(successAfterMs, () => retry.reset());
    let holds = false;
    let cancelHolds = () => {};
    const place = describeEndpoint(endpoint);
    try {
      await onUp(connection);
      cancelHolds = clock.schedule(holdsAfterMs, () => {
        holds = true;
        this.#holds(connection, progress.form);
      });
      log.info(`connected to ${broker.role} ${place}`);
      health.ok(`connected to ${place}`);
      const reason = await connection.closed;
      this.#noteBug(reason);
      if (connection.retainedTaken >= provenByRetained) fallback?.worked(clock.monotonicMs());
      else if (!holds) fallback?.failed(failureOf(reason, true));
      return connectionEndedFault(reason, broker, endpoint);
    } catch (error) {
      this.#noteBug(error);
      connection.destroy();
      fallback?.failed(failureOf(error, true));
      return explainConnectError(error, broker, endpoint, progress);
    } finally {
      cancelHolds();
      cancelSuccess();
      this.#connection = undefined;
    }
  }

  /** A bug of our own also ends the connection, and would look like a fault of the other broker. */
  #noteBug(error: unknown): void {
    if (isBug(error)) this.#bugs.report(`working with ${this.#options.broker.role}`, error);
  }

  #holds(connection: RemoteConnection, form: ConnectionForm = fullForm): void {
    const { fallback, clock, onForm } = this.#options;
    if (!fallback?.worked(clock.monotonicMs()) && connection.retainAvailable) return;
    onForm?.({ ...form, retain: form.retain && connection.retainAvailable });
  }

  async #open(
    endpoint: Endpoint,
    form: ConnectionForm,
    onAsked: () => void,
  ): Promise<RemoteConnection> {
    const { broker, clean, will, clock, isOwnBroker, onMessage } = this.#options;
    const { tls, protocolVersion, brokerClientId } = broker.settings;
    return openConnection({
      ...endpoint,
      ...(await readBrokerCredentials(broker, clock.now())),
      tls: tls.enable,
      protocolVersion,
      clientId: brokerClientId || (await this.#options.clientId()),
      clean,
      ...(will && { will }),
      form,
      onAsked,
      signal: this.#stopping.signal,
      onMessage,
      checkPeer: (peer) => {
        if (isOwnBroker(peer)) throw ownBrokerFault(broker, endpoint);
      },
    });
  }
}
