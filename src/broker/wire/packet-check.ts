import { isTopic, type TopicLimits } from '../topics/topic-rules.ts';
import {
  maximumPacketSize,
  type Numbers,
  readProperties,
  receiveMaximum,
  topicAlias,
} from './packet-properties.ts';
import {
  malformed,
  type PacketReader,
  protocolError,
  reasonCodes,
  Violation,
} from './packet-reader.ts';

/** Control packets by type (MQTT 5, section 2.1.2): those that a client sends, and some answers. */
export const packetTypes = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  disconnect: 14,
} as const;

/** The fields of a CONNECT that the guard needs. */
export interface Connect {
  readonly protocolVersion: 3 | 4 | 5;
  /** QoS 1 and 2 messages that the client accepts at a time (MQTT 5). */
  readonly receiveMaximum: number;
  /** The largest packet that the client accepts (MQTT 5), bytes. */
  readonly largestPacketBytes: number;
}

/** The fields of any other packet that the guard needs. */
export interface CheckedPacket {
  readonly type: number;
  readonly qos: number;
  /** 0 if the packet has none. */
  readonly id: number;
  /** Of an acknowledgement (MQTT 5); 0 is success. */
  readonly reasonCode: number;
  /** The number of its topic filters, and how many of them have wildcards. */
  readonly filters: number;
  readonly wildcards: number;
  /** Whether it is part of a divided packet (`filter-packet.ts`), and more are to come. */
  readonly part: 'whole' | 'more' | 'last';
}

const nothingNamed = { filters: 0, wildcards: 0, part: 'whole' } as const;

const protocolNames = new Map<string, readonly number[]>([
  ['MQIsdp', [3]],
  ['MQTT', [4, 5]],
]);

/** The highest bit of the protocol level marks the client as a bridge, as Mosquitto's does. */
const bridgeBit = 0x80;

/** Checks a CONNECT packet (MQTT 3.1.1 and 5, section 3.1) after its fixed header. */
export function checkConnect(reader: PacketReader, limits: TopicLimits): Connect {
  const name = reader.text();
  const level = reader.byte() & ~bridgeBit;
  const protocolVersion = ([3, 4, 5] as const).find((one) => one === level);
  if (!protocolVersion || !protocolNames.get(name)?.includes(level)) {
    throw new Violation(
      `unsupported MQTT version: ${JSON.stringify(name)} ${level}`,
      reasonCodes.unsupportedProtocolVersion,
    );
  }
  const flags = reader.byte();
  const [hasUserName, hasPassword, willRetain, hasWill, isClean, reserved] = [
    0x80, 0x40, 0x20, 0x04, 0x02, 0x01,
  ].map((bit) => (flags & bit) !== 0);
  const willQos = (flags >> 3) & 3;
  if (reserved) throw malformed('the reserved flag of CONNECT is set');
  if (willQos > 2 || (!hasWill && (willQos > 0 || willRetain))) {
    throw malformed('inconsistent flags for the last will');
  }
  if (hasPassword && !hasUserName && protocolVersion < 5) {
    throw malformed('a password without a user name');
  }
  reader.uint16();
  const is5 = protocolVersion === 5;
  const answerTopic = (topic: string) => checkTopic(topic, limits);
  const numbers: Numbers = is5 ? readProperties(reader, 'connect', answerTopic) : new Map();
  const clientId = reader.text();
  if (clientId === '' && !is5 && (!isClean || protocolVersion === 3)) {
    throw new Violation(
      'no client id, although the session or the MQTT version requires one',
      reasonCodes.clientIdentifierNotValid,
    );
  }
  if (hasWill) {
    if (is5) readProperties(reader, 'will', answerTopic);
    checkTopic(reader.text(), limits);
    reader.binary();
  }
  if (hasUserName) reader.text();
  if (hasPassword) reader.binary();
  reader.end();
  return {
    protocolVersion,
    receiveMaximum: numbers.get(receiveMaximum) ?? 65_535,
    largestPacketBytes: numbers.get(maximumPacketSize) ?? Number.POSITIVE_INFINITY,
  };
}

/** Whether packets of a type contain topic filters. */
export const hasFilters = (type: number | undefined): boolean =>
  type === packetTypes.subscribe || type === packetTypes.unsubscribe;

/** Checks a packet that follows a CONNECT, except those with filters (`filter-packet.ts`). */
export function checkPacket(
  firstByte: number,
  reader: PacketReader,
  is5: boolean,
  limits: TopicLimits,
): CheckedPacket {
  const type = firstByte >> 4;
  if (type === packetTypes.publish) return checkPublish(firstByte, reader, is5, limits);
  if ((firstByte & 15) !== fixedFlags(type)) throw malformed('reserved flags are set');
  const none = { ...nothingNamed, type, qos: 0, id: 0, reasonCode: 0 };
  switch (type) {
    case packetTypes.puback:
    case packetTypes.pubrec:
    case packetTypes.pubrel:
    case packetTypes.pubcomp: {
      const id = packetId(reader);
      return { ...none, id, reasonCode: ending(reader, is5, 'acknowledgement') };
    }
    case packetTypes.pingreq:
      reader.end();
      return none;
    case packetTypes.disconnect:
      return { ...none, reasonCode: ending(reader, is5, 'disconnect') };
    default:
      throw protocolError(`a client does not send packets of type ${type}`);
  }
}

/**
 * The low bits of the first byte, for types in which they are fixed (MQTT 3.1.1, section 2.2.2).
 */
function fixedFlags(type: number): number {
  return type === packetTypes.pubrel ? 2 : 0;
}

function checkPublish(
  firstByte: number,
  reader: PacketReader,
  is5: boolean,
  limits: TopicLimits,
): CheckedPacket {
  const qos = (firstByte >> 1) & 3;
  if (qos > 2) throw malformed('invalid QoS 3');
  if (qos === 0 && firstByte & 8) throw malformed('a QoS 0 message is marked as a duplicate');
  const topic = reader.text();
  const id = qos > 0 ? packetId(reader) : 0;
  const numbers: Numbers = is5
    ? readProperties(reader, 'publish', (answerTopic) => checkTopic(answerTopic, limits))
    : new Map();
  if (topic !== '' || !numbers.has(topicAlias)) checkTopic(topic, limits);
  return { ...nothingNamed, type: packetTypes.publish, qos, id, reasonCode: 0 };
}

/** The reason code and properties that may end an MQTT 5 packet. */
function ending(
  reader: PacketReader,
  is5: boolean,
  place: 'acknowledgement' | 'disconnect',
): number {
  const reasonCode = is5 && reader.left > 0 ? reader.byte() : 0;
  if (is5 && reader.left > 0) readProperties(reader, place, () => {});
  reader.end();
  return reasonCode;
}

/** A packet's identifier (MQTT 5, section 2.2.1). */
export function packetId(reader: PacketReader): number {
  const id = reader.uint16();
  if (id === 0) throw protocolError('a packet identifier is 0');
  return id;
}

function checkTopic(topic: string, limits: TopicLimits): void {
  if (!isTopic(topic, limits)) {
    throw new Violation('a topic is invalid or too long', reasonCodes.topicNameInvalid);
  }
}

/** The CPU cost of packets, in acknowledgements; measured with Aedes 2.0.0-beta.1. */
export const packetWeight = {
  least: 1,
  publish: 4,
  /** In addition to its filters. */
  subscribe: 8,
  filter: 1,
  /** Each searches the retained messages. */
  wildcard: 5,
  connect: 48,
} as const;

export function weightOfPacket({ type, filters, wildcards }: CheckedPacket): number {
  if (type === packetTypes.publish) return packetWeight.publish;
  if (filters === 0) return packetWeight.least;
  return packetWeight.subscribe + filtersOf(type, filters, wildcards);
}

/** The cost of a packet for its client's rate: anything heavier than an acknowledgement counts. */
export function tokensOf({ type, filters, wildcards }: CheckedPacket): number {
  if (filters > 0) return filtersOf(type, filters, wildcards);
  return type === packetTypes.publish || type === packetTypes.pingreq ? 1 : 0;
}

function filtersOf(type: number, filters: number, wildcards: number): number {
  const ofWildcard = type === packetTypes.subscribe ? packetWeight.wildcard : packetWeight.filter;
  return (filters - wildcards) * packetWeight.filter + wildcards * ofWildcard;
}
