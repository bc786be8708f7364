import mqttPacket from 'mqtt-packet';
import { packetTypes } from './packet-check.ts';

/** A message to be sent to subscribers at QoS 0. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  /** MQTT 5 properties, e.g. those added by the publisher. */
  readonly properties?: mqttPacket.IPublishPacket['properties'];
}

/** The form in which a subscriber gets a message. */
export interface SubscriberForm {
  readonly protocolVersion: number;
  /** Whether people's names are removed. */
  readonly withoutNames: boolean;
}

/** Removes people's names from a payload. */
type RemoveNames = (topic: string, payload: string) => string;

/**
 * Builds the bytes of a QoS 0 PUBLISH packet (MQTT 3.1.1, section 3.3) once for all subscribers
 * that get the same. Remembers only the last message: its subscribers are served one after the
 * other.
 */
export class PublishFrames {
  readonly #removeNames: RemoveNames;
  #topic = '';
  #payload: Buffer | undefined;
  #properties: Message['properties'];
  #frames: (Buffer | undefined)[] = [];
  #payloadWithoutNames: Buffer | undefined;

  constructor(removeNames: RemoveNames) {
    this.#removeNames = removeNames;
  }

  frame(message: Message, { protocolVersion, withoutNames }: SubscriberForm): Buffer {
    this.#begin(message);
    const is5 = protocolVersion === 5;
    const index = (is5 ? 1 : 0) | (withoutNames ? 2 : 0) | (message.retain ? 4 : 0);
    const known = this.#frames[index];
    if (known) return known;
    const { topic, retain, properties } = message;
    const payload = withoutNames ? this.payloadWithoutNames(message) : message.payload;
    const packet = { topic, payload, retain };
    const frame =
      is5 && properties ? packetWithProperties(packet, properties) : publishPacket(packet, is5);
    this.#frames[index] = frame;
    return frame;
  }

  payloadWithoutNames(message: Message): Buffer {
    this.#begin(message);
    this.#payloadWithoutNames ??= Buffer.from(
      this.#removeNames(message.topic, message.payload.toString()),
    );
    return this.#payloadWithoutNames;
  }

  #begin({ topic, payload, properties }: Message): void {
    if (payload === this.#payload && topic === this.#topic && properties === this.#properties) {
      return;
    }
    this.#topic = topic;
    this.#payload = payload;
    this.#properties = properties;
    this.#frames = [];
    this.#payloadWithoutNames = undefined;
  }
}

function packetWithProperties(
  packet: PublishPacket,
  properties: NonNullable<Message['properties']>,
): Buffer {
  return mqttPacket.generate(
    { ...packet, cmd: 'publish', qos: 0, dup: false, properties },
    { protocolVersion: 5 },
  );
}

export interface PublishPacket {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
}

const retainFlag = 1;

/**
 * The bytes of a QoS 0 PUBLISH packet without properties (section 3.3 of MQTT 3.1.1 and 5). Most of
 * what the broker sends is that, and a library for all kinds of packets takes three times as long.
 * @param is5 whether it is for an MQTT 5 client, where properties follow the topic
 */
export function publishPacket({ topic, payload, retain }: PublishPacket, is5: boolean): Buffer {
  const topicBytes = Buffer.byteLength(topic);
  const length = 2 + topicBytes + (is5 ? 1 : 0) + payload.length;
  const packet = Buffer.allocUnsafe(1 + digitsOf(length) + length);
  let at = packet.writeUInt8((packetTypes.publish << 4) | (retain ? retainFlag : 0), 0);
  at = writeLength(packet, length, at);
  at = packet.writeUInt16BE(topicBytes, at);
  at += packet.write(topic, at);
  if (is5) at = packet.writeUInt8(0, at);
  packet.set(payload, at);
  return packet;
}

/** How many bytes an encoded length takes (MQTT 3.1.1, section 2.2.3). */
function digitsOf(length: number): number {
  let digits = 1;
  for (let rest = length >> 7; rest > 0; rest >>= 7) digits += 1;
  return digits;
}

function writeLength(packet: Buffer, length: number, at: number): number {
  let rest = length;
  let next = at;
  for (; rest > 127; rest >>= 7) next = packet.writeUInt8((rest & 127) | 128, next);
  return packet.writeUInt8(rest, next);
}
