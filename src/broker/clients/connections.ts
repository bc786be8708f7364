import type { Duplex } from 'node:stream';
import type { Party } from '../../access/fair-shares.ts';
import type { LimitWatch } from '../../health/limit-watch.ts';
import { networkOf } from '../../platform/addresses.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { anonymous, type Owner } from '../access/client-ids.ts';
import { whereOf } from '../access/limit-reports.ts';
import type { Subscriber } from '../access/subscription-count.ts';
import type { BrokerStatistics } from '../broker-statistics.ts';
import { reasonCodes, Violation } from '../wire/packet-reader.ts';
import { BacklogBound } from './backlog-bound.ts';
import { ClientStream } from './client-stream.ts';
import type { ClientLimits } from './client-stream-options.ts';
import { Flusher } from './flusher.ts';
import { PendingConnections, type PendingLimits } from './pending-connections.ts';
import { Turns } from './turns.ts';

export interface ConnectionsOptions {
  readonly limits: ClientLimits &
    PendingLimits & {
      /** What may wait for all clients together, bytes. */
      readonly backlogBytesOfAll: number;
    };
  readonly statistics: BrokerStatistics;
  /** Whether the work caused by earlier topic filters is done, so that more may come. */
  readonly mayTakeFilters: () => boolean;
  /** Called with each connection that has sent a valid CONNECT. */
  readonly onConnect: (connection: Connection) => void;
  /** Called with each opened connection once it has closed. */
  readonly onClose: (connection: Connection) => void;
  /** Called with each client that has stayed long enough to be known. */
  readonly onStayed: (connection: Connection) => void;
  readonly watch: LimitWatch;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Topic filters of all clients, those with wildcards counted as several (`packet-check.ts`): half
 * of the CPU time of a Raspberry Pi 4.
 */
export const filtersPerSecond = 10_000;

/** One connection, from the first byte to the last. */
export interface Connection extends Subscriber {
  readonly stream: ClientStream;
  /** The client's address. */
  readonly address: string;
  /** The client's id, once it is known. */
  clientId: string | undefined;
  /** The party it competes as; unknown until it is let in. */
  party: Party;
  /** The user who has signed in. */
  owner: Owner;
}

/** Why a client gives way to another; MQTT 5 has a reason code for it. */
class GivesWay extends Violation {
  constructor(message: string) {
    super(message, reasonCodes.quotaExceeded);
  }
}

/** A client that stays for this long belongs here, ms. */
const knownAfterMs = 600_000;

/** Accepts connections, watches them, and counts and logs what happens to them. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #pending: PendingConnections;
  readonly #flusher: Flusher;
  readonly #turns: Turns;
  readonly #open = new Set<Connection>();
  /**
   * The connections that the broker has let in, each with the function that cancels becoming known.
   */
  readonly #accepted = new Map<Connection, () => void>();
  readonly #backlogs: BacklogBound<Connection>;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#flusher = new Flusher(options.clock);
    this.#pending = new PendingConnections(options.limits, options.clock);
    this.#turns = new Turns({ ...options, filtersPerSecond });
    this.#backlogs = new BacklogBound({
      mostBytes: options.limits.backlogBytesOfAll,
      clients: () => this.#open,
      giveUp: (connection) => this.#giveUp(connection),
      clock: options.clock,
    });
  }

  /** The number of subscriptions of all connected clients. */
  get subscriptions(): number {
    let count = 0;
    for (const { filters } of this.#open) count += filters.size;
    return count;
  }

  open(transport: Duplex, address: string): void {
    const { limits, statistics, clock, log, onConnect, onClose } = this.#options;
    if (!this.#pending.admits(address)) {
      statistics.refused['too many connections'] += 1;
      log.verbose(`refused a connection from ${address}: it connects too often`);
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
        statistics.slowClients += 1;
        log.warn(`${nameOf(connection)} is too slow: dropping messages to it`);
      },
      onCaughtUp: () => {
        statistics.slowClients -= 1;
        log.info(`${nameOf(connection)} is fast enough again; ${dropped} messages were dropped`);
      },
      onDropped: () => {
        dropped += 1;
        statistics.dropped += 1;
      },
    });
    const connection: Connection = {
      stream,
      address,
      clientId: undefined,
      party: { key: networkOf(address), standing: 'stranger' },
      owner: anonymous,
      filters: new Set(),
      subscriptionChanges: 0,
      giveWay: () => this.giveWay(connection, 'other clients need the room of its subscriptions'),
    };
    this.#open.add(connection);
    this.#pending.wait(stream, address);
    stream.once('close', () => {
      if (stream.outgoing.isBehind) statistics.slowClients -= 1;
      this.#pending.done(stream);
      this.#accepted.get(connection)?.();
      this.#accepted.delete(connection);
      this.#open.delete(connection);
      onClose(connection);
    });
  }

  /** Ends a connection because others have priority for what it takes. */
  giveWay(connection: Connection, reason: string): void {
    connection.stream.cutOff(new GivesWay(reason));
  }

  /** The broker lets a client in. */
  accept(connection: Connection): void {
    this.#pending.done(connection.stream);
    if (connection.stream.destroyed) return;
    const { clock, onStayed } = this.#options;
    this.#accepted.set(
      connection,
      clock.schedule(knownAfterMs, () => onStayed(connection)),
    );
    connection.stream.accepted();
  }

  /** Sends what waits for any of them. */
  flush(): void {
    this.#flusher.flush();
  }

  /** Closes all connections that are not clients yet. */
  close(): void {
    this.#pending.close();
    this.#backlogs.stop();
    this.#turns.stop();
  }

  #giveUp(connection: Connection): void {
    this.#options.watch.exceeded('backlog', () => ({
      message: `too much data is waiting for slow MQTT clients, most of it for clients ${whereOf(connection.party)}: the slowest are disconnected`,
      remedy:
        'Check the network of these clients, or raise Butler.brokerConfig.limits.backlogBytesOfAll',
    }));
    connection.stream.cutOff(new Error('too much data is waiting for all clients together'));
  }

  #cutOff(connection: Connection, reason: Error): void {
    const { statistics, log } = this.#options;
    if (reason instanceof GivesWay) statistics.refused['gave way to others'] += 1;
    else if (reason instanceof Violation) statistics.refused['breaks the protocol'] += 1;
    else if (this.#accepted.has(connection)) {
      statistics.refused['too slow'] += 1;
      log.warn(`${nameOf(connection)} was disconnected: ${reason.message}`);
      return;
    } else statistics.refused.silent += 1;
    log.verbose(`${nameOf(connection)} was disconnected: ${reason.message}`);
  }
}

function nameOf({ clientId, address }: Connection): string {
  return clientId === undefined ? `a client at ${address}` : `client ${clientId} at ${address}`;
}
