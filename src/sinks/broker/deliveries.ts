import type { AedesPublishPacket, Client } from 'aedes';
import mqttPacket from 'mqtt-packet';
import type { ClientStream } from './client-stream.ts';
import { largestMessageId } from './persistence/session.ts';
import type { PublishFrames } from './publish-frames.ts';
import { type ClientSubscriptions, IdentifierProperties } from './subscription-identifiers.ts';
import { matchesFilter } from './topic-filter.ts';

export type Packet = Omit<AedesPublishPacket, 'payload'> & {
  readonly payload: Buffer;
  readonly clientId?: string;
  /** The subscriber does not want its own messages back (MQTT 5). */
  readonly nl?: boolean;
};

type Deliver = (packet: Packet, done: () => void) => void;

/**
 * What clients of Aedes 2.0.0-beta.1 have besides their public face: each subscription hands its
 * messages to one of the two functions, which we put others in the place of.
 */
type Internals = Client & {
  deliver0: Deliver;
  deliverQoS: Deliver;
  duplicates: Record<string, number>;
  readonly subscriptions: Readonly<Record<string, { readonly qos?: number }>> & ClientSubscriptions;
  waitForDrain(done: (error?: Error) => void): void;
  _nextId: number;
};

export interface DeliveriesOptions {
  readonly brokerId: string;
  readonly frames: PublishFrames;
  /** A number that changes whenever a client subscribes or unsubscribes. */
  readonly generation: () => number;
  /** Whether people's names are kept from the client. */
  readonly withoutNames: () => boolean;
  /** Whether the client may see what is published there. */
  readonly maySee: (topic: string) => boolean;
  /** Takes out of the client's own copy what it may not know; false: it gets none of it. */
  readonly mayForward: (packet: Packet) => boolean;
  /** Told of every message that is on its way to the client. */
  readonly onSent: () => void;
}

/**
 * Delivers QoS 0 messages to `client` from frames that all subscribers share, and never waits for
 * it. The rest stays with Aedes, at the QoS that section 3.3.5 of MQTT 3.1.1 asks for: the highest
 * of the subscriptions that match.
 */
export function takeOverDeliveries(
  client: Client,
  stream: ClientStream,
  { brokerId, frames, generation, withoutNames, maySee, mayForward, onSent }: DeliveriesOptions,
): void {
  const internals = client as Internals;
  const deliverQoS = internals.deliverQoS.bind(client);
  let lastCounter: number | undefined;
  const grantedQos = createGrantedQos(internals, generation);
  const identifiers = new IdentifierProperties(() => internals.subscriptions, generation);
  ignoreOrderOfCounters(internals, brokerId);

  /** Whether the message is one for this client that it has not had. */
  const isNew = (packet: Packet) => {
    if (client.closed || !maySee(packet.topic) || (packet.nl && packet.clientId === client.id))
      return false;
    // Subscriptions that overlap get the message in the same turn, one after the other.
    if (isStored(packet)) return true;
    if (packet.brokerCounter === lastCounter) return false;
    lastCounter = packet.brokerCounter;
    return true;
  };

  /** Aedes gives a message the identifier of one subscription; it has to have those of all. */
  const addIdentifiers = (packet: Packet) => {
    if (client.version !== 5 || isStored(packet)) return;
    const found = identifiers.of(packet.topic, packet.clientId === client.id);
    if (!found) return;
    const { properties } = packet;
    packet.properties = isMore(properties) ? { ...properties, ...found } : found;
  };

  /** That the client has left meanwhile is no error: Aedes would end the program with it. */
  const afterDrain = (done: () => void) => internals.waitForDrain(() => done());

  const send = (packet: Packet, done: () => void) => {
    const form = { protocolVersion: client.version, withoutNames: withoutNames() };
    const frame = frames.frame(packet, form);
    onSent();
    if (!isStored(packet)) {
      stream.outgoing.offer(frame);
      done();
      return;
    }
    stream.outgoing.send(frame);
    if (stream.outgoing.isCrowded) afterDrain(done);
    else done();
  };

  /**
   * In place of Aedes, which lowers a message to the QoS of the filter that is its very topic, even
   * where another filter of the client asks for more. (Sessions that are kept know their QoS.)
   */
  const sendNumbered = (packet: Packet, done: () => void) => {
    const messageId = internals._nextId;
    internals._nextId = (messageId % largestMessageId) + 1;
    // As late as Aedes sends, so that the order stays.
    setImmediate(() => {
      if (!client.connected || !mayForward(packet)) return done();
      const options = { protocolVersion: client.version };
      const hasRoom = mqttPacket.writeToStream({ ...packet, messageId }, stream, options);
      if (hasRoom) done();
      else afterDrain(done);
    });
  };

  internals.deliver0 = (packet, done) => {
    const otherSubscriptionTakesIt = packet.qos > 0 && grantedQos(packet.topic) > 0;
    if (otherSubscriptionTakesIt || !isNew(packet)) return done();
    addIdentifiers(packet);
    send(packet, done);
  };
  internals.deliverQoS = (packet, done) => {
    if (!isNew(packet)) return done();
    addIdentifiers(packet);
    packet.qos = lower(packet.qos, grantedQos(packet.topic));
    if (packet.qos === 0) return send(packet, done);
    onSent();
    const { qos: ofExactFilter = packet.qos } = internals.subscriptions[packet.topic] ?? {};
    if (ofExactFilter < packet.qos && client.clean) sendNumbered(packet, done);
    else deliverQoS(packet, done);
  };
}

/** A retained message that a new subscription gets; Aedes takes their broker's id away. */
function isStored(packet: Packet): boolean {
  return !packet.brokerId;
}

/** Whether there are properties besides the identifier that Aedes adds. */
function isMore(properties: Packet['properties']): boolean {
  for (const name in properties) if (name !== 'subscriptionIdentifier') return true;
  return false;
}

function lower(one: Packet['qos'], other: Packet['qos']): Packet['qos'] {
  return one < other ? one : other;
}

/** The highest QoS at which the client has subscribed to a topic, remembered until that may change. */
function createGrantedQos(client: Internals, generation: () => number) {
  const remembered = new Map<string, Packet['qos']>();
  let rememberedAt = -1;
  return (topic: string): Packet['qos'] => {
    if (rememberedAt !== generation() || remembered.size > 100) {
      remembered.clear();
      rememberedAt = generation();
    }
    const known = remembered.get(topic);
    if (known !== undefined) return known;
    const matching = Object.entries(client.subscriptions).filter(([filter]) =>
      matchesFilter(filter, topic),
    );
    const highest = Math.max(0, ...matching.map(([, { qos = 0 }]) => qos));
    const qos = highest === 2 ? 2 : highest === 1 ? 1 : 0;
    remembered.set(topic, qos);
    return qos;
  };
}

/**
 * Aedes numbers messages when they are published and takes every number below the last one
 * delivered for a duplicate. A QoS 1 message is stored before it is delivered: a QoS 0 message
 * overtakes it, and then it would be lost.
 */
function ignoreOrderOfCounters(client: Internals, brokerId: string): void {
  Object.defineProperty(client.duplicates, brokerId, {
    get: () => Number.NEGATIVE_INFINITY,
    set: () => {},
  });
}
