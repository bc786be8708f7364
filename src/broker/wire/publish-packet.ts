import { packetTypes } from './packet-check.ts';

export interface PublishPacket {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
}

const retainFlag = 1;

/**
 * The bytes of a QoS 0 PUBLISH packet without properties (section 3.3 of MQTT 3.1.1 and 5). Most of
 * what the broker sends is that, and a library that writes every kind of packet takes three times
 * as long.
 * @param is5 whether it is for a client that speaks MQTT 5, where properties follow the topic
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

/** How many bytes a length takes (MQTT 3.1.1, section 2.2.3). */
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
