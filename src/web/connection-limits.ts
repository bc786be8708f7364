import type { Socket } from 'node:net';
import { FairShares, type Party } from '../access/fair-shares.ts';
import { networkOf, plainAddress } from '../platform/addresses.ts';
import { isThisMachine, type NetworkRates } from './network-rates.ts';
import type { WebStatistics } from './web-statistics.ts';

/** The most HTTP connections open at a time, without WebSockets. A browser holds up to six for 15 s. */
const mostConnections = 500;

/** In addition, for this machine only, so that local monitoring always gets a response. */
const ownPlaces = 20;

interface Connection {
  readonly socket: Socket;
  readonly party: Party;
  /** Whether it counts towards the connections reserved for this machine. */
  readonly isOwn: boolean;
  /** Requests that are being answered. */
  busy: number;
}

/**
 * Bounds how many connections the web server holds, and shares them by network: while the
 * limit is reached, a new connection replaces one of the network that has most, if that has more.
 */
export class ConnectionLimits {
  readonly #admission: NetworkRates;
  readonly #statistics: WebStatistics;
  readonly #shares = new FairShares();
  readonly #connections = new Map<Socket, Connection>();
  /** The same by network, the oldest first. */
  readonly #byNetwork = new Map<string, Set<Connection>>();
  #ownOpen = 0;

  constructor(admission: NetworkRates, statistics: WebStatistics) {
    this.#admission = admission;
    this.#statistics = statistics;
  }

  /** Whether a new connection is accepted; otherwise the caller closes it. */
  admits(socket: Socket): boolean {
    // It is closed already.
    if (socket.remoteAddress === undefined) return false;
    const address = plainAddress(socket.remoteAddress);
    if (!this.#admission.admitsConnection(address)) return false;
    const party: Party = { key: networkOf(address), standing: 'stranger' };
    const isOwn = isThisMachine(party.key) && this.#ownOpen < ownPlaces;
    if (!isOwn && this.#shares.total >= mostConnections) {
      this.#admission.refuse('too many connections', address);
      const victim = this.#firstToGiveWayTo(party);
      if (!victim) return false;
      this.release(victim.socket);
      victim.socket.destroy();
    }
    this.#add({ socket, party, isOwn, busy: 0 });
    socket.once('close', () => this.release(socket));
    return true;
  }

  /** Counts a request that is being answered; the caller calls the returned function afterwards. */
  busy(socket: Socket): () => void {
    const connection = this.#connections.get(socket);
    if (!connection) return () => {};
    connection.busy += 1;
    return () => {
      connection.busy -= 1;
    };
  }

  /** Stops counting a connection that was closed or became a WebSocket. */
  release(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    const { party, isOwn } = connection;
    this.#connections.delete(socket);
    const ofNetwork = this.#byNetwork.get(party.key);
    ofNetwork?.delete(connection);
    if (ofNetwork?.size === 0) this.#byNetwork.delete(party.key);
    if (isOwn) this.#ownOpen -= 1;
    else this.#shares.remove(party, 1);
    this.#statistics.connections = this.#connections.size;
  }

  #add(connection: Connection): void {
    const { socket, party, isOwn } = connection;
    this.#connections.set(socket, connection);
    const ofNetwork = this.#byNetwork.get(party.key);
    if (ofNetwork) ofNetwork.add(connection);
    else this.#byNetwork.set(party.key, new Set([connection]));
    if (isOwn) this.#ownOpen += 1;
    else this.#shares.add(party, 1);
    this.#statistics.connections = this.#connections.size;
  }

  /** The oldest idle connection; if all are busy, as with clients that read nothing, the oldest. */
  #firstToGiveWayTo(pending: Party): Connection | undefined {
    const party = this.#shares.firstToGiveWayTo(pending);
    if (!party) return undefined;
    let oldest: Connection | undefined;
    for (const connection of this.#byNetwork.get(party.key) ?? []) {
      if (connection.isOwn) continue;
      if (connection.busy === 0) return connection;
      oldest ??= connection;
    }
    return oldest;
  }
}
