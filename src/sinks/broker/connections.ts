import type { Duplex } from 'node:stream';
import { networkOf } from '../../access/network-of.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { BacklogBound } from './backlog-bound.ts';
import type { BrokerFigures } from './broker-figures.ts';
import { type ClientLimits, ClientStream } from './client-stream.ts';
import { Doorkeeper, type DoorLimits } from './doorkeeper.ts';
import { Flusher } from './flusher.ts';
import { Violation } from './packet-reader.ts';
import { Turns } from './turns.ts';

export interface ConnectionsOptions {
  readonly limits: ClientLimits &
    DoorLimits & {
      /** What may wait for all clients together, bytes. */
      readonly backlogBytesOfAll: number;
    };
  readonly figures: BrokerFigures;
  /** Whether what topic filters have set off is done, so that others may come. */
  readonly mayTakeFilters: () => boolean;
  /** Told about each connection that has sent a valid CONNECT. */
  readonly onConnect: (connection: Connection) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Topic filters of all clients, those with wildcards counted as several (`packet-weight.ts`): half
 * the time of a Raspberry Pi 4.
 */
const filtersPerSecond = 10_000;

/** One connection, from the first byte to the last. */
export interface Connection {
  readonly stream: ClientStream;
  /** Where the client is. */
  readonly address: string;
  /** What the client calls itself, once that is known. */
  clientId: string | undefined;
}

/** Takes connections in, watches them, and counts and logs what becomes of them. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #doorkeeper: Doorkeeper;
  readonly #flusher = new Flusher();
  readonly #turns: Turns;
  /** Those that the broker has let in. */
  readonly #accepted = new Set<Connection>();
  readonly #backlogs: BacklogBound<ClientStream>;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#doorkeeper = new Doorkeeper(options.limits, options.clock);
    this.#turns = new Turns({ ...options, filtersPerSecond });
    this.#backlogs = new BacklogBound({
      mostBytes: options.limits.backlogBytesOfAll,
      clients: () => [...this.#accepted].map(({ stream }) => stream),
      giveUp: (stream) => stream.cutOff(new Error('too much waits for all clients together')),
      clock: options.clock,
    });
  }

  get isFull(): boolean {
    return this.#accepted.size >= this.#options.limits.clients;
  }

  open(transport: Duplex, address: string): void {
    const { limits, figures, clock, log, onConnect } = this.#options;
    if (!this.#doorkeeper.admits(address)) {
      figures.refused['too many connections'] += 1;
      log.verbose(`${address}: refused, it connects too often`);
      transport.destroy();
      return;
    }
    let dropped = 0;
    const stream = new ClientStream({
      transport,
      flusher: this.#flusher,
      turns: this.#turns,
      party: networkOf(address),
      limits,
      clock,
      onConnect: () => onConnect(connection),
      onCutOff: (reason) => this.#cutOff(connection, reason),
      onCrowded: () => this.#backlogs.watch(),
      onBehind: () => {
        dropped = 0;
        figures.slowClients += 1;
        log.warn(`${nameOf(connection)} does not keep up: messages to it are dropped`);
      },
      onCaughtUp: () => {
        figures.slowClients -= 1;
        log.info(`${nameOf(connection)} keeps up again; dropped meanwhile: ${dropped}`);
      },
      onDropped: () => {
        dropped += 1;
        figures.dropped += 1;
      },
    });
    const connection: Connection = { stream, address, clientId: undefined };
    this.#doorkeeper.wait(stream);
    stream.once('close', () => {
      if (stream.outgoing.isBehind) figures.slowClients -= 1;
      this.#doorkeeper.done(stream);
      this.#accepted.delete(connection);
    });
  }

  /** The broker lets a client in. */
  accept(connection: Connection): void {
    this.#doorkeeper.done(connection.stream);
    if (connection.stream.destroyed) return;
    this.#accepted.add(connection);
    connection.stream.accepted();
  }

  /** Sends what waits for any of them. */
  flush(): void {
    this.#flusher.flush();
  }

  /** Sends everybody away who is no client yet. */
  close(): void {
    this.#doorkeeper.close();
    this.#backlogs.stop();
    this.#turns.stop();
  }

  #cutOff(connection: Connection, reason: Error): void {
    const { figures, log } = this.#options;
    if (reason instanceof Violation) figures.refused['breaks the protocol'] += 1;
    else if (this.#accepted.has(connection)) {
      figures.refused['too slow'] += 1;
      log.warn(`${nameOf(connection)} is disconnected: ${reason.message}`);
      return;
    } else figures.refused.silent += 1;
    log.verbose(`${nameOf(connection)} is disconnected: ${reason.message}`);
  }
}

function nameOf({ clientId, address }: Connection): string {
  return clientId === undefined ? `a client at ${address}` : `client ${clientId} at ${address}`;
}
