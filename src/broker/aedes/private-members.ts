import { Duplex } from 'node:stream';
import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import { largestMessageId } from '../store/session.ts';
import type { ClientSubscriptions } from '../topics/subscription-identifiers.ts';

// Everything that is used of Aedes 2.0.0-beta.1 beyond its public interface is in this file, and
// `checkPrivateMembers` reports at the start which of it an upgrade has removed.

/** A message as Aedes passes it to a client. */
export type DeliveredPacket = Omit<AedesPublishPacket, 'payload'> & {
  readonly payload: Buffer;
  /** Who published it. */
  readonly clientId?: string;
  /** The subscriber does not want its own messages back (MQTT 5). */
  readonly nl?: boolean;
};

type Deliver = (packet: DeliveredPacket, done: () => void) => void;

/** The broker beyond its public interface. */
type BrokerInternals = Aedes & {
  /** The connected clients, by client id. */
  clients: Record<string, Client>;
  brokers: object;
  /** Public, but not writable. */
  connectedClients: number;
  /** Called when a client's connection ends. */
  unregisterClient(client: Client): void;
  scheduleSessionExpiry(client: Client): void;
};

/** A client beyond its public interface. */
export type ClientInternals = Client & {
  /** Whether its session ends with its connection; public, but not writable. */
  clean: boolean;
  /** Each subscription passes its messages to one of these two. */
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

/** A test checks members that only packets have (`_notAuthorized`, `clientId`, `nl`). */
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

/** @throws if a member is missing: this isn't the version of Aedes that this program relies on */
export function checkPrivateMembers(aedes: Aedes): void {
  const probe = aedes.handle(new Duplex({ read: () => {}, write: (_, __, done) => done() }));
  try {
    checkMembers('broker', aedes);
    checkMembers('client', probe);
  } finally {
    probe.close();
  }
}

/** @throws with the name of the first member that is missing, or has another type than expected */
export function checkMembers(of: keyof typeof privateMembers, object: object): void {
  for (const [name, type] of Object.entries(privateMembers[of])) {
    const found = typeof Reflect.get(object, name);
    if (found === type) continue;
    throw new TypeError(
      `unsupported version of Aedes: ${name} of its ${of} is ${found}, expected ${type}`,
    );
  }
}

// Aedes keeps clients by their ids, and a client's subscriptions by their filters, in plain
// objects. Those inherit properties: a client with the id `constructor` would crash the program,
// and a topic of that name would be delivered at another QoS. Their replacements here contain only
// what was put there. (`packet-check.ts` refuses the one filter for which this is not enough.)

/** Must be called before the broker accepts clients. */
export function forgetInheritedClients(aedes: Aedes): void {
  Object.assign(aedes, { clients: Object.create(null), brokers: Object.create(null) });
}

/** Must be called before the client subscribes. */
export function forgetInheritedSubscriptions(client: Client): void {
  Object.assign(client, { subscriptions: Object.create(null) });
}

/**
 * Sessions are kept, and end, where they are stored (`store/sessions.ts`). Aedes would in addition
 * end those of the clients that disconnect last when many have disconnected.
 */
export function leaveExpiryToSessions(aedes: Aedes): void {
  Object.assign(aedes, { scheduleSessionExpiry: () => {} });
}

/**
 * A client that is about to close when another takes its id must not remove that one from the list
 * of clients: Aedes would lose it, and wait for it forever when it closes.
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

/**
 * The client gets what waits in its earlier session, even if its session ends with the connection.
 */
export function goOnWithSession(client: Client): void {
  (client as ClientInternals).clean = false;
}

/** Sets the packet identifier of the next message to the client. */
export function setNextMessageId(client: Client, messageId: number): void {
  (client as ClientInternals)._nextId = messageId;
}

/** Takes the packet identifier of the next message to the client. */
export function takeMessageId(client: ClientInternals): number {
  const messageId = client._nextId;
  client._nextId = (messageId % largestMessageId) + 1;
  return messageId;
}

/** Marks the message as answered for Aedes, whose own answer has only one reason code. */
export function markAnswered(packet: object): void {
  Object.assign(packet, { _notAuthorized: true });
}

/**
 * Aedes numbers messages when they are published and treats every number below the last one
 * delivered as a duplicate. A QoS 1 message is stored before it is delivered, so a QoS 0 message
 * may overtake it; it would then be lost.
 */
export function ignoreOrderOfCounters(client: ClientInternals, brokerId: string): void {
  Object.defineProperty(client.duplicates, brokerId, {
    get: () => Number.NEGATIVE_INFINITY,
    set: () => {},
  });
}

/** Whether a new subscription gets it as a retained message: Aedes removes the broker's id. */
export function isStored(packet: DeliveredPacket): boolean {
  return !packet.brokerId;
}
