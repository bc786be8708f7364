import type { Client } from 'aedes';
import mqttPacket from 'mqtt-packet';
import type { ClientStream } from '../clients/client-stream.ts';
import { IdentifierProperties } from '../topics/subscription-identifiers.ts';
import { matchingFilters } from '../topics/topic-tree.ts';
import type { PublishFrames } from '../wire/publish-frames.ts';
import {
  type ClientInternals,
  type DeliveredPacket,
  ignoreOrderOfCounters,
  isStored,
  takeMessageId,
} from './private-members.ts';

/**
 * How many messages of a client with a session wait for their turn; the rest stays in its queue.
 */
const mostInTurn = 8;

/** What waits for clients with a session. */
export interface ClientQueues {
  /** Whether a message is sent to its client now; otherwise it comes from the queue (`next`). */
  goesNow(client: Client, packet: DeliveredPacket, hasRoom: boolean): boolean;
  /** What a client gets next from its queue; undefined if it has everything. */
  next(client: Client): DeliveredPacket | undefined;
  /** Notes that a message is sent with its identifier. */
  update(client: Client, packet: DeliveredPacket): Promise<void>;
}

export interface DeliveriesOptions {
  readonly brokerId: string;
  readonly frames: PublishFrames;
  /** A number that changes whenever the client subscribes or unsubscribes. */
  readonly generation: () => number;
  /** Whether people's names are hidden from the client. */
  readonly withoutNames: () => boolean;
  /** Whether the client may see what is published there. */
  readonly maySee: (topic: string) => boolean;
  /** Removes what the client isn't allowed to see from its copy; false: it gets nothing of it. */
  readonly mayForward: (packet: DeliveredPacket) => boolean;
  /** Calls back when it is time for one more QoS 1 or 2 message to this client. */
  readonly pace: (deliver: () => void) => void;
  /** Queues of clients with a session. */
  readonly queues: ClientQueues;
  /** Called with every message that is on its way to the client. */
  readonly onSent: () => void;
}

/** The deliveries to one client. */
export interface Deliveries {
  /** Sends what waits in the client's queue. */
  feed(): void;
}

/**
 * Delivers QoS 0 messages to `client` from frames that all subscribers share, and never waits for
 * it. The rest stays with Aedes, at the QoS that section 3.3.5 of MQTT 3.1.1 requires: the highest
 * of the matching subscriptions.
 */
export function takeOverDeliveries(
  client: Client,
  stream: ClientStream,
  {
    brokerId,
    frames,
    generation,
    withoutNames,
    maySee,
    mayForward,
    pace,
    queues,
    onSent,
  }: DeliveriesOptions,
): Deliveries {
  const internals = client as ClientInternals;
  const deliverQoS = internals.deliverQoS.bind(client);
  let lastCounter: number | undefined;
  /** Messages from the queue that are about to be sent. */
  let sending = 0;
  /** Messages that wait for their turn, or are being sent. */
  let inTurn = 0;
  /** Whether the queue has its turn soon. */
  let isFeedAsked = false;
  const grantedQos = createGrantedQos(internals, generation);
  const identifiers = new IdentifierProperties(() => internals.subscriptions, generation);
  ignoreOrderOfCounters(internals, brokerId);

  /** Whether the message is for this client and it has not had it. */
  const isNew = (packet: DeliveredPacket) => {
    if (client.closed || !maySee(packet.topic) || (packet.nl && packet.clientId === client.id))
      return false;
    // Overlapping subscriptions get the message in the same turn, one after the other.
    if (isStored(packet)) return true;
    if (packet.brokerCounter === lastCounter) return false;
    lastCounter = packet.brokerCounter;
    return true;
  };

  /** Aedes gives a message the identifier of one subscription; it must have those of all. */
  const addIdentifiers = (packet: DeliveredPacket) => {
    if (client.version !== 5 || isStored(packet)) return;
    const found = identifiers.of(packet.topic, packet.clientId === client.id);
    if (!found) return;
    const { properties } = packet;
    packet.properties = isMore(properties) ? { ...properties, ...found } : found;
  };

  /** A client that has disconnected meanwhile is no error: Aedes would end the program with it. */
  const afterDrain = (done: () => void) => internals.waitForDrain(() => done());

  const send = (packet: DeliveredPacket, done: () => void) => {
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
   * Replaces Aedes's function, which lowers a message to the QoS of the filter that equals its
   * topic, even if another filter of the client asks for more. (Stored sessions know their QoS.)
   */
  const sendNumbered = (packet: DeliveredPacket, done: () => void) => {
    const messageId = takeMessageId(internals);
    // As late as Aedes sends, to keep the order.
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
    if (!client.clean && queues.goesNow(client, packet, takesMore()) === false) {
      feedInTurn();
      return done();
    }
    onSent();
    const { qos: ofExactFilter = packet.qos } = internals.subscriptions[packet.topic] ?? {};
    const isNumbered = ofExactFilter < packet.qos && client.clean;
    inTurn += 1;
    const sent = () => {
      inTurn -= 1;
      done();
      feed();
    };
    pace(() => {
      if (isNumbered) sendNumbered(packet, sent);
      else deliverQoS(packet, sent);
    });
  };

  /** Whether a message may be sent in addition to those unacknowledged or waiting. */
  const takesMore = () => stream.outgoing.gate.room > sending + inTurn && inTurn < mostInTurn;

  /** Sends what waits in the client's queue, as much as it accepts before it acknowledges some. */
  const feed = () => {
    // What is already on its way comes first.
    if (client.clean || !client.connected || inTurn > 0) return;
    for (let room = stream.outgoing.gate.room - sending; room > 0; room -= 1) {
      const packet = queues.next(client);
      if (!packet) return;
      void sendQueued(packet);
    }
  };
  /**
   * Another message may wait before the one that could not be sent, with nothing else to send it.
   */
  const feedInTurn = () => {
    if (isFeedAsked || inTurn > 0) return;
    isFeedAsked = true;
    pace(() => {
      isFeedAsked = false;
      feed();
    });
  };
  const sendQueued = async (packet: DeliveredPacket) => {
    sending += 1;
    packet.messageId ??= takeMessageId(internals);
    try {
      await queues.update(client, packet);
      if (client.closed || (packet.cmd === 'publish' && !mayForward(packet))) return;
      onSent();
      mqttPacket.writeToStream(packet, stream, { protocolVersion: client.version });
    } catch (error) {
      stream.destroy(error as Error);
    } finally {
      sending -= 1;
    }
  };
  stream.outgoing.gate.onRoom = feed;
  return { feed };
}

/** Whether there are properties in addition to the identifier that Aedes adds. */
function isMore(properties: DeliveredPacket['properties']): boolean {
  for (const name in properties) if (name !== 'subscriptionIdentifier') return true;
  return false;
}

function lower(one: DeliveredPacket['qos'], other: DeliveredPacket['qos']): DeliveredPacket['qos'] {
  return one < other ? one : other;
}

/**
 * The highest QoS at which the client has subscribed to a topic, remembered until that may change.
 */
function createGrantedQos(client: ClientInternals, generation: () => number) {
  const remembered = new Map<string, DeliveredPacket['qos']>();
  let rememberedAt = -1;
  return (topic: string): DeliveredPacket['qos'] => {
    if (rememberedAt !== generation() || remembered.size > 100) {
      remembered.clear();
      rememberedAt = generation();
    }
    const known = remembered.get(topic);
    if (known !== undefined) return known;
    const { subscriptions } = client;
    const matching = matchingFilters(subscriptions, topic);
    const highest = Math.max(0, ...matching.map((filter) => subscriptions[filter]?.qos ?? 0));
    const qos = highest === 2 ? 2 : highest === 1 ? 1 : 0;
    remembered.set(topic, qos);
    return qos;
  };
}
