import { hasWildcard, isFilter, type TopicLimits } from '../topics/topic-rules.ts';
import { type CheckedPacket, packetId, packetTypes } from './packet-check.ts';
import { readProperties } from './packet-properties.ts';
import { malformed, PacketReader, protocolError, reasonCodes, Violation } from './packet-reader.ts';

/** How many filters are handled at a time: less than 1 ms on a Raspberry Pi 4. */
const filtersInPart = 32;

/**
 * Aedes 2.0.0-beta.1 keeps the filters of a packet as properties of a plain object. This one would
 * become its prototype, and crash the program when the client's session resumes.
 */
const unkeepableFilter = '__proto__';

/** For the same reason such a filter would be answered before those in front of it. */
const movesToTheFront = /^\d+$/;

/**
 * A SUBSCRIBE or UNSUBSCRIBE packet, or a part of one, which is a packet with the same identifier.
 */
export interface FilterPart {
  readonly packet: CheckedPacket;
  readonly bytes: Buffer;
}

/**
 * Checks a SUBSCRIBE or UNSUBSCRIBE packet, and divides one with many filters into parts: Home
 * Assistant sends 500 in a packet, and an attacker could send 60,000. No part contains the same
 * filter twice, because Aedes answers it only once.
 */
export class FilterPacket {
  readonly #bytes: Buffer;
  readonly #reader: PacketReader;
  readonly #subscribes: boolean;
  readonly #is5: boolean;
  readonly #limits: TopicLimits;
  readonly #type: number;
  readonly #id: number;
  /** The start of each part: identifier and properties. */
  readonly #prefix: Buffer;
  #isFirst = true;

  /** @param start where the packet's body starts */
  constructor(bytes: Buffer, start: number, is5: boolean, limits: TopicLimits) {
    this.#bytes = bytes;
    this.#is5 = is5;
    this.#limits = limits;
    this.#type = bytes.readUInt8(0) >> 4;
    this.#subscribes = this.#type === packetTypes.subscribe;
    if ((bytes.readUInt8(0) & 15) !== 2) throw malformed('reserved flags are set');
    this.#reader = new PacketReader(bytes, start);
    this.#id = packetId(this.#reader);
    if (is5) readProperties(this.#reader, this.#subscribes ? 'subscribe' : 'unsubscribe', () => {});
    if (this.#reader.left === 0) throw protocolError('packet without a filter');
    this.#prefix = bytes.subarray(start, this.#reader.at);
  }

  /** Whether all parts have been returned. */
  get isOver(): boolean {
    return this.#reader.left === 0;
  }

  /**
   * Checks and returns the next part.
   * @throws {Violation} if one of its filters is invalid
   */
  next(): FilterPart {
    const from = this.#reader.at;
    const filters = new Set<string>();
    let wildcards = 0;
    while (!this.isOver && filters.size < filtersInPart) {
      const before = this.#reader.at;
      const filter = this.#filter();
      const standsAlone = movesToTheFront.test(filter);
      if (filters.has(filter) || (standsAlone && filters.size > 0)) {
        this.#reader.goBackTo(before);
        break;
      }
      filters.add(filter);
      if (hasWildcard(filter)) wildcards += 1;
      if (standsAlone) break;
    }
    const isWhole = this.#isFirst && this.isOver;
    this.#isFirst = false;
    const part = isWhole ? 'whole' : this.isOver ? 'last' : 'more';
    return {
      packet: {
        ...{ type: this.#type, qos: 0, id: this.#id, reasonCode: 0 },
        ...{ filters: filters.size, wildcards, part },
      },
      bytes: isWhole ? this.#bytes : this.#part(from, this.#reader.at),
    };
  }

  #filter(): string {
    const filter = this.#reader.text();
    if (!isFilter(filter, this.#limits) || filter === unkeepableFilter) {
      throw new Violation('a topic filter is invalid or too long', reasonCodes.topicNameInvalid);
    }
    if (this.#subscribes) checkSubscriptionOptions(this.#reader.byte(), this.#is5);
    return filter;
  }

  #part(from: number, to: number): Buffer {
    const length = this.#prefix.length + to - from;
    return Buffer.concat([
      this.#bytes.subarray(0, 1),
      variableByteInteger(length),
      this.#prefix,
      this.#bytes.subarray(from, to),
    ]);
  }
}

/** Section 2.2.3 of MQTT 3.1.1. */
export function variableByteInteger(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** MQTT 5, section 3.8.3.1; before MQTT 5 only the QoS. */
function checkSubscriptionOptions(options: number, is5: boolean): void {
  const qos = options & 3;
  const retainHandling = (options >> 4) & 3;
  if (qos > 2 || retainHandling > 2 || options & (is5 ? 0xc0 : 0xfc)) {
    throw malformed('invalid subscription options');
  }
}
