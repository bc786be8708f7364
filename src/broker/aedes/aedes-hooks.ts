import type { AedesOptions, AedesPublishPacket, Client } from 'aedes';
import { shownName } from '../../access/shown-name.ts';
import type { Admission } from '../access/admission.ts';
import { anonymous } from '../access/client-ids.ts';
import type { ClientSignIn, SignInRefusal } from '../access/client-sign-in.ts';
import type { Identity, Permissions } from '../access/permissions.ts';
import type { SubscriptionCount, SubscriptionRefusal } from '../access/subscription-count.ts';
import type { BrokerStatistics } from '../broker-statistics.ts';
import type { ClientNotices, NoticeKind } from '../clients/client-notices.ts';
import type { Connection } from '../clients/connections.ts';
import type { RestorePace } from '../clients/restore-pace.ts';
import type { BrokerStore } from '../store/broker-store.ts';
import type { SessionClient } from '../store/session.ts';
import type { SessionOwner } from '../store/sessions.ts';
import { unknownParty } from '../store/stored-session.ts';
import { reasonCodes } from '../wire/packet-reader.ts';
import type { PublishFrames } from '../wire/publish-frames.ts';
import { goOnWithSession, markAnswered } from './private-members.ts';

/**
 * Aedes's name; it publishes events about its clients on topics below it, which nobody else may
 * see.
 */
export const brokerId = 'aedes';
const internalTopics = `$SYS/${brokerId}/`;

/** The topic for messages of clients without permission to publish; nobody receives them. */
const nowhere = `${internalTopics}nowhere`;

/** Whether a client may receive what is published there. */
export const maySee = (topic: string): boolean => !topic.startsWith(internalTopics);

/** CONNACK's return codes (MQTT 3.1.1, section 3.2.2.3); Aedes translates them for MQTT 5. */
const returnCodes = {
  identifierRejected: 2,
  serverUnavailable: 3,
  badUserNameOrPassword: 4,
  notAuthorized: 5,
} as const;

const refusedBecause = {
  'client id in use': returnCodes.identifierRejected,
  'too many clients': returnCodes.serverUnavailable,
} as const;

const codeOfRefusal: Readonly<Record<SignInRefusal['refusal'], number>> = {
  'not signed in': returnCodes.notAuthorized,
  'wrong name or password': returnCodes.badUserNameOrPassword,
  'try later': returnCodes.serverUnavailable,
};

const inTheLastMinutes = 'none in the last 10 minutes';
const refusedClient: NoticeKind = {
  name: 'refused',
  level: 'info',
  ended: (count) => `refused ${count} times; ${inTheLastMinutes}`,
};
const ignoredName: NoticeKind = { name: 'ignored name', level: 'info' };
const refusedFilter: NoticeKind = {
  name: 'refused subscriptions',
  level: 'warn',
  ended: (count) => `${count} subscriptions were refused; ${inTheLastMinutes}`,
};

export interface AedesHooksOptions {
  readonly permissions: Permissions;
  readonly signIn: ClientSignIn;
  readonly frames: PublishFrames;
  readonly statistics: BrokerStatistics;
  readonly store: BrokerStore;
  readonly subscriptions: SubscriptionCount;
  readonly connectionOf: (client: Client) => Connection | undefined;
  readonly admission: Admission<Connection>;
  readonly notices: ClientNotices;
  readonly restorePace: RestorePace;
  /**
   * Called with requests that are open to everyone, including clients that may not publish. False
   * if it isn't such a request.
   */
  readonly onQuestion: (topic: string, payload: Buffer | string) => boolean;
}

/** A client about which nothing is known. */
const nobody: SessionOwner = { owner: anonymous, party: unknownParty };

/** The fields of a message that its acknowledgement needs. */
type RefusedMessage = Pick<AedesPublishPacket, 'qos' | 'messageId'>;

type Hooks = Required<
  Pick<
    AedesOptions,
    'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
  >
>;

/** Answers Aedes's questions: who a client is, and what it may do. */
export class AedesHooks {
  readonly #options: AedesHooksOptions;
  readonly #identities = new WeakMap<Client, Identity>();
  /** Whether the client's CONNECT asks to resume an earlier session. */
  readonly #resumesSession = new WeakMap<Client, boolean>();
  /** Return codes for clients that are not let in. */
  readonly #refusals = new WeakMap<Client, number>();

  constructor(options: AedesHooksOptions) {
    this.#options = options;
  }

  hidesNames(client: Client): boolean {
    return this.#options.permissions.hidesNames(this.#identityOf(client));
  }

  /** The owner of the client, and the party it competes as. */
  ownerOf(client: Client): SessionOwner {
    return this.#options.connectionOf(client) ?? nobody;
  }

  get hooks(): Hooks {
    const { permissions, frames, store } = this.#options;
    return {
      preConnect: (client, packet, done) => {
        const { username, password, clientId } = packet;
        this.#resumesSession.set(client, !packet.clean);
        // Aedes will refuse its authentication method, which must not cost another client its place
        // first.
        if (packet.properties?.authenticationMethod ?? packet.properties?.authenticationData) {
          done(null, true);
          return;
        }
        this.#identify(client, clientId, username, password?.toString() ?? '').then(
          () => {
            // A last will is a publication like any other (section 3.1.2.5 has no way to refuse
            // it).
            if (
              packet.will &&
              !permissions.mayPublish(this.#identityOf(client), packet.will.topic)
            ) {
              delete packet.will;
            }
            done(null, true);
          },
          (error: Error) => done(error, false),
        );
      },
      authenticate: (client, _userName, _password, done) => {
        // An MQTT 5 client that resumes a session and lets it end with the connection still gets
        // what waits for it (section 3.1.2.11.2); Aedes treats its Session Expiry Interval of 0 as
        // a request to clear everything at once. The session is deleted at the end in any case.
        if (this.#resumesSession.get(client)) goOnWithSession(client);
        const returnCode = this.#refusals.get(client);
        if (returnCode === undefined) done(null, true);
        else done(Object.assign(new Error('not let in'), { returnCode }), false);
      },
      authorizePublish: (client, packet, done) => {
        if (client && !permissions.mayPublish(this.#identityOf(client), packet.topic)) {
          const isHeard = this.#options.onQuestion(packet.topic, packet.payload);
          if (!isHeard && this.#refuses(client, packet, reasonCodes.notAuthorized)) {
            return done(null);
          }
          // Earlier versions have no reason code for it, and the client must not be disconnected.
          packet.topic = nowhere;
          packet.retain = false;
        }
        withoutWillDelay(packet);
        // Aedes acknowledges a QoS 1 message before it stores it.
        if (wasDropped(packet.topic)) packet.payload = Buffer.alloc(0);
        else if (client) {
          keep(store, client, this.ownerOf(client), packet, (error) => {
            const isRefused = error && this.#refuses(client, packet, reasonCodes.quotaExceeded);
            done(isRefused ? null : error);
          });
          return;
        }
        done(null);
      },
      authorizeSubscribe: (client, subscription, done) => {
        const refusal = this.#refusalOf(client, subscription.topic);
        const answers = this.#options.connectionOf(client)?.stream.outgoing.gate.answers;
        if (refusal !== undefined) {
          store.refused.add(subscription);
          answers?.refused(refusal);
        } else if (answers?.isUnfinished) store.unfinished.add(subscription);
        done(null, refusal === undefined ? subscription : null);
      },
      authorizeForward: (client, packet) => {
        if (!maySee(packet.topic)) return null;
        if (!store.outgoing.mayForward(client as SessionClient, packet)) return null;
        if (!this.hidesNames(client)) return packet;
        const { payload: given } = packet;
        const payload = typeof given === 'string' ? Buffer.from(given) : given;
        // The packet is this client's own copy. From a queue, Aedes sends it whatever is returned.
        packet.payload = frames.payloadWithoutNames({ ...packet, payload });
        return packet;
      },
    };
  }

  async #identify(
    client: Client,
    clientId: string,
    userName: string | undefined,
    password: string,
  ): Promise<void> {
    const { signIn, statistics, connectionOf, admission, notices } = this.#options;
    const connection = connectionOf(client);
    if (!connection) return;
    const result = await signIn.identify(connection.address, userName, password);
    const who = { clientId, address: connection.address };
    if (typeof result === 'object' && 'refusal' in result) {
      statistics.refused['wrong password'] += 1;
      this.#refusals.set(client, codeOfRefusal[result.refusal]);
      notices.note(refusedClient, who, () => `refused, ${result.because}`);
      return;
    }
    if (userName !== undefined && signIn.ignores(userName)) {
      notices.note(
        ignoredName,
        who,
        () =>
          `signs in as ${shownName(userName)}, but no users are configured: treated as anonymous`,
      );
    }
    this.#identities.set(client, result);
    // A client that has disconnected meanwhile takes no place.
    if (connection.stream.destroyed) return;
    const refused = admission.admit(connection, clientId, result);
    if (!refused) {
      if (this.#resumesSession.get(client)) await this.#restoreTurn(connection, clientId);
      return;
    }
    statistics.refused[refused] += 1;
    this.#refusals.set(client, refusedBecause[refused]);
  }

  async #restoreTurn(connection: Connection, clientId: string): Promise<void> {
    const { store, restorePace } = this.#options;
    const subscriptions = store.subscriptionsOf(clientId);
    const { stream } = connection;
    await restorePace.turn(stream.party, subscriptions, () => stream.destroyed);
  }

  /** Refuses a message, if the client can be told. What comes after its end is a last will. */
  #refuses(client: Client, packet: RefusedMessage, reasonCode: number): boolean {
    if (client.version !== 5 || client.closed) return false;
    this.#options.connectionOf(client)?.stream.refuse(packet, reasonCode);
    markAnswered(packet);
    return true;
  }

  #identityOf(client: Client): Identity {
    return this.#identities.get(client) ?? 'anonymous';
  }

  /** Why a client does not get a subscription, as an MQTT 5 reason code; undefined if it does. */
  #refusalOf(client: Client, filter: string): number | undefined {
    const { permissions, subscriptions, connectionOf, notices } = this.#options;
    if (!permissions.maySubscribe(this.#identityOf(client), filter))
      return reasonCodes.notAuthorized;
    const connection = connectionOf(client);
    const refusal = connection && subscriptions.add(connection, filter);
    if (!refusal) return undefined;
    const who = { clientId: client.id, address: connection.address };
    notices.note(refusedFilter, who, () => inWords(refusal, connection.filters.size));
    return reasonCodes.quotaExceeded;
  }
}

function inWords(refusal: SubscriptionRefusal, count: number): string {
  return refusal === 'too many of the client'
    ? `subscription refused: it already has ${count}. Fix: raise Butler.brokerConfig.limits.subscriptionsPerClient`
    : 'subscription refused: all clients together have too many. Fix: let it sign in, which gives it priority, or raise Butler.brokerConfig.limits.subscriptionsOfAll';
}

/**
 * The broker keeps a will's delay to itself (MQTT 5, section 3.1.3.2.2). Aedes would pass it on,
 * and MQTT 5 subscribers would have to disconnect because of it.
 */
function withoutWillDelay(packet: { properties?: object | undefined }): void {
  if (!packet.properties || !('willDelayInterval' in packet.properties)) return;
  const { willDelayInterval: _, ...others } = packet.properties;
  packet.properties = others;
}

/** Whether a client's message was dropped because it had no permission to publish it. */
export const wasDropped = (topic: string): boolean => topic === nowhere;

/** Lets Aedes continue once a message is kept. */
function keep(
  store: BrokerStore,
  client: Client,
  owner: SessionOwner,
  packet: Parameters<BrokerStore['accept']>[2],
  done: (error?: Error | null) => void,
): void {
  try {
    const kept = store.accept(client as SessionClient, owner, packet);
    if (kept) kept.then(() => done(null), done);
    else done(null);
  } catch (error) {
    done(error as Error);
  }
}
