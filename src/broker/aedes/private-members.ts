import { Duplex } from 'node:stream';
import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import { largestMessageId } from '../store/session.ts';
import type { ClientSubscriptions } from '../topics/subscription-identifiers.ts';

// Everything that is used of Aedes 2.0.0-beta.1 beside its public face is in this file, and
// `checkPrivateMembers` says at the start which of it an upgrade has taken away.

/** A message as Aedes hands it to a client. */
export type DeliveredPacket = Omit<AedesPublishPacket, 'payload'> & {
  readonly payload: Buffer;
  /** Who published it. */
  readonly clientId?: string;
  /** The subscriber does not want its own messages back (MQTT 5). */
  readonly nl?: boolean;
};

type Deliver = (packet: DeliveredPacket, done: () => void) => void;

/** The broker as it is beside its public face. */
type BrokerInternals = Aedes & {
  /** Which are connected, by client id. */
  clients: Record<string, Client>;
  brokers: object;
  /** Public, but not to be written. */
  connectedClients: number;
  /** Called when a client's connection ends. */
  unregisterClient(client: Client): void;
  scheduleSessionExpiry(client: Client): void;
};

/** A client as it is beside its public face. */
export type ClientInternals = Client & {
  /** Whether its session ends with its connection; public, but not to be written. */
  clean: boolean;
  /** Each subscription hands its messages to one of these two. */
  deliver0: Deliver;
  deliverQoS: Deliver;
  /** The number of the last message that each broker has sent it. */
  duplicates: Record<string, number>;
  subscriptions: Readonly<Record<string, { readonly qos?: number }>> & ClientSubscriptions;
  /** The packet identifier of the next message to it, from 1 to 65,535. */
  _nextId: number;
  waitForDrain(done: (error?: Error) => void): void;
};

type TypeName = 'boolean' | 'function' | 'number' | 'object';

/** Members that are only on packets (`_notAuthorized`, `clientId`, `nl`) a test looks at. */
export const privateMembers: {
  readonly broker: Partial<Record<keyof BrokerInternals, TypeName>>;
  readonly client: Partial<Record<keyof ClientInternals, TypeName>>;
} = {
  broker: {
    brokers: 'object',
    clients: 'object',
    connectedClients: 'number',
    scheduleSessionExpiry: 'function',
    unregisterClient: 'function',
  },
  client: {
    _nextId: 'number',
    clean: 'boolean',
    deliver0: 'function',
    deliverQoS: 'function',
    duplicates: 'object',
    subscriptions: 'object',
    waitForDrain: 'function',
  },
};

/** @throws when a member is missing: this version of Aedes is another than the one relied on */
export function checkPrivateMembers(aedes: Aedes): void {
  const probe = aedes.handle(new Duplex({ read: () => {}, write: (_, __, done) => done() }));
  try {
    checkMembers('broker', aedes);
    checkMembers('client', probe);
  } finally {
    probe.close();
  }
}

/** @throws naming the first member that is missing, or is something else than it was */
export function checkMembers(of: keyof typeof privateMembers, object: object): void {
  for (const [name, type] of Object.entries(privateMembers[of])) {
    const found = typeof Reflect.get(object, name);
    if (found === type) continue;
    throw new TypeError(
      `this version of Aedes can't be used: its ${of} has ${name} as ${found}, not as ${type}`,
    );
  }
}

// Aedes keeps clients under their ids, and a client's subscriptions under their filters, in plain
// objects. Those have names of their own: a client that calls itself `constructor` would bring the
// program down, a topic of that name would come at another QoS. What replaces them here holds only
// what was put there. (`packet-check.ts` refuses the one filter for which this is not enough.)

/** To be called before the broker takes clients. */
export function forgetInheritedClients(aedes: Aedes): void {
  Object.assign(aedes, { clients: Object.create(null), brokers: Object.create(null) });
}

/** To be called before the client subscribes. */
export function forgetInheritedSubscriptions(client: Client): void {
  Object.assign(client, { subscriptions: Object.create(null) });
}

/**
 * Sessions are kept, and end, where they are stored (`store/sessions.ts`). Aedes beside it would
 * end those of the clients that leave last when many have left.
 */
export function leaveExpiryToSessions(aedes: Aedes): void {
  Object.assign(aedes, { scheduleSessionExpiry: () => {} });
}

/**
 * A client that is about to close when another takes its id must not take that one out of the list
 * of clients: Aedes would forget it, and wait for it for ever when it closes.
 */
export function keepNewerClients(aedes: Aedes): void {
  const internals = aedes as BrokerInternals;
  const unregister = internals.unregisterClient.bind(aedes);
  internals.unregisterClient = (client) => {
    if (internals.clients[client.id] === client) unregister(client);
    else {
      internals.connectedClients -= 1;
      aedes.emit('clientDisconnect', client);
    }
  };
}

/** The client gets what its earlier session has waiting, also when its session ends with it. */
export function goOnWithSession(client: Client): void {
  (client as ClientInternals).clean = false;
}

/** The next message to the client has this packet identifier. */
export function setNextMessageId(client: Client, messageId: number): void {
  (client as ClientInternals)._nextId = messageId;
}

/** Takes the packet identifier of the next message to the client. */
export function takeMessageId(client: ClientInternals): number {
  const messageId = client._nextId;
  client._nextId = (messageId % largestMessageId) + 1;
  return messageId;
}

/** Aedes takes the message for one that it has answered. Its own answer knows one reason only. */
export function markAnswered(packet: object): void {
  Object.assign(packet, { _notAuthorized: true });
}

/**
 * Aedes numbers messages when they are published and takes every number below the last one
 * delivered for a duplicate. A QoS 1 message is stored before it is delivered: a QoS 0 message
 * overtakes it, and then it would be lost.
 */
export function ignoreOrderOfCounters(client: ClientInternals, brokerId: string): void {
  Object.defineProperty(client.duplicates, brokerId, {
    get: () => Number.NEGATIVE_INFINITY,
    set: () => {},
  });
}

/** Whether a new subscription gets it because it is retained: Aedes takes the broker's id away. */
export function isStored(packet: DeliveredPacket): boolean {
  return !packet.brokerId;
}
