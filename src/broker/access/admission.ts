import type { Party } from '../../access/fair-shares.ts';
import type { LimitWatch } from '../../health/limit-watch.ts';
import { networkOf } from '../../platform/addresses.ts';
import type { Log } from '../../platform/log.ts';
import type { TakeoverWatch } from '../clients/takeover-watch.ts';
import { anonymous, ClientIds, type Owner } from './client-ids.ts';
import type { KnownNetworks } from './known-networks.ts';
import { whereOf } from './limit-reports.ts';
import type { Identity, Permissions } from './permissions.ts';
import { Places } from './places.ts';

/** A connection that requests to be let in. */
export interface Applicant {
  /** The client's address. */
  readonly address: string;
  /** The party it competes as; set when it is let in. */
  party: Party;
  /** The owner of its client id; set when it is let in. */
  owner: Owner;
}

/** Why a client is not let in. */
export type AdmissionRefusal = 'client id in use' | 'too many clients';

/** What is kept across connections, as far as it decides who is let in. */
export interface KeptSessions {
  readonly known: Pick<KnownNetworks, 'has' | 'add'>;
  ownerOf(clientId: string): Owner | undefined;
  restrict(clientId: string, maySubscribe: (filter: string) => boolean): void;
  endSession(clientId: string): void;
}

export interface AdmissionOptions<Connection extends Applicant> {
  readonly clients: number;
  readonly permissions: Pick<Permissions, 'maySubscribe'>;
  readonly kept: KeptSessions | undefined;
  /** Ends a connection whose place or client id goes to another. */
  readonly giveWay: (connection: Connection, reason: string) => void;
  readonly takeovers: TakeoverWatch;
  readonly limits: LimitWatch;
  readonly log: Log;
}

/**
 * Refusals of this many client ids are logged once each; beyond that, only the limit is reported.
 */
const mostReported = 100;

/**
 * Decides which identified clients are let in: whether the client id is theirs, and whether there
 * is a place for them. What it grants is taken at once, so that only one of two simultaneous
 * clients gets it.
 */
export class Admission<Connection extends Applicant> {
  readonly #options: AdmissionOptions<Connection>;
  readonly #ids = new ClientIds<Connection>();
  readonly #places: Places<Connection>;
  readonly #reported = new Set<string>();

  constructor(options: AdmissionOptions<Connection>) {
    this.#options = options;
    this.#places = new Places({
      count: options.clients,
      end: (connection) => {
        this.#ids.release(connection);
        options.giveWay(connection, 'its place went to a client with higher priority');
      },
    });
  }

  /** The party that a client at this address competes as. */
  partyOf(identity: Identity, address: string): Party {
    if (identity !== 'anonymous') return { key: identity.name, standing: 'signedIn' };
    const network = networkOf(address);
    const isKnown = this.#options.kept?.known.has(network) ?? false;
    return { key: network, standing: isKnown ? 'known' : 'stranger' };
  }

  /** Lets a client in, or returns why not. An empty client id belongs to nobody. */
  admit(
    connection: Connection,
    clientId: string,
    identity: Identity,
  ): AdmissionRefusal | undefined {
    const { permissions, kept, takeovers } = this.#options;
    const owner = identity === 'anonymous' ? anonymous : identity.name;
    const party = this.partyOf(identity, connection.address);
    if (clientId !== '' && !this.#mayUse(clientId, owner, connection.address)) {
      return 'client id in use';
    }
    const before = clientId === '' ? [] : this.#ids.holdersOf(clientId);
    // A client that replaces its own connection needs no additional place.
    for (const earlier of before) this.#places.release(earlier);
    if (!this.#places.take(connection, party)) {
      this.#tooMany(party);
      return 'too many clients';
    }
    connection.party = party;
    connection.owner = owner;
    if (owner !== anonymous) kept?.known.add(connection.address);
    if (clientId === '') return undefined;
    if (before.length > 0) takeovers.takenOver(clientId, connection.address);
    this.#ids.take(clientId, owner, connection);
    kept?.restrict(clientId, (filter) => permissions.maySubscribe(identity, filter));
    return undefined;
  }

  /** The connection is gone. */
  release(connection: Connection): void {
    this.#places.release(connection);
    this.#ids.release(connection);
  }

  /** The connection that currently uses a client id. */
  connectionOf(clientId: string): Connection | undefined {
    return this.#ids.holdersOf(clientId).at(-1);
  }

  /**
   * Whether this owner may use a client id. Nobody can use another owner's session, with one
   * exception: a user gets an id that an anonymous client uses, or anonymous clients could keep
   * every user out.
   */
  #mayUse(clientId: string, owner: Owner, address: string): boolean {
    const { kept, giveWay, log } = this.#options;
    const holder = this.#ids.ownerOf(clientId) ?? kept?.ownerOf(clientId);
    if (holder === undefined || holder === owner) return true;
    if (holder !== anonymous) {
      this.#notYours(clientId, holder, address);
      return false;
    }
    for (const connection of this.#ids.holdersOf(clientId)) {
      this.release(connection);
      giveWay(connection, `user ${owner} has signed in with its client id`);
    }
    log.info(
      `user ${owner} has signed in with client id ${clientId}; the anonymous session of that id ends`,
    );
    kept?.endSession(clientId);
    return true;
  }

  #notYours(clientId: string, holder: Owner, address: string): void {
    if (this.#reported.has(clientId) || this.#reported.size >= mostReported) return;
    this.#reported.add(clientId);
    this.#options.log.warn(
      `refused a client at ${address}: its client id ${clientId} belongs to user ${holder}. Fix: give it another client id, or let it sign in as ${holder}`,
    );
  }

  #tooMany(party: Party): void {
    this.#options.limits.exceeded('clients', () => {
      const { first } = this.#places;
      const most = first ? `, ${this.#places.of(first)} of them by clients ${whereOf(first)}` : '';
      return {
        message: `all ${this.#options.clients} places for MQTT clients are taken${most}: new clients are refused, such as one ${whereOf(party)}`,
        remedy:
          'Find out what opens so many connections, or raise Butler.brokerConfig.limits.clients; signed-in users have priority',
      };
    });
  }
}
