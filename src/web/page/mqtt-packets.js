/**
 * The part of MQTT 3.1.1 that somebody needs who only listens at QoS 0: five packets. A whole
 * client library would weigh more than the rest of this page together, several times over.
 * Section numbers are those of the OASIS standard.
 */

/**
 * @typedef {{ type: 'connack', code: number }
 *   | { type: 'suback', codes: number[] }
 *   | { type: 'publish', topic: string, payload: string, retained: boolean }
 *   | { type: 'pingresp' }} Packet
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Section 1.5.3: two bytes of length, then UTF-8. @param {string} text */
function string(text) {
  const bytes = encoder.encode(text);
  return [bytes.length >> 8, bytes.length & 255, ...bytes];
}

/** Section 2.2. @param {number} firstByte @param {number[]} rest */
function packet(firstByte, rest) {
  const length = [];
  let left = rest.length;
  do {
    length.push((left & 127) | (left > 127 ? 128 : 0));
    left >>= 7;
  } while (left > 0);
  return new Uint8Array([firstByte, ...length, ...rest]);
}

/**
 * Section 3.1: a clean session; the broker makes up an id.
 * @param {number} keepAliveSeconds
 * @param {{ name: string, password: string } | undefined} credentials
 */
export function connectPacket(keepAliveSeconds, credentials) {
  const cleanSession = 0x02;
  const flags = cleanSession | (credentials ? 0xc0 : 0);
  return packet(0x10, [
    ...string('MQTT'),
    4,
    flags,
    keepAliveSeconds >> 8,
    keepAliveSeconds & 255,
    ...string(''),
    ...(credentials ? [...string(credentials.name), ...string(credentials.password)] : []),
  ]);
}

/** Section 3.8, with packet id 1. @param {readonly string[]} filters */
export function subscribePacket(filters) {
  return packet(0x82, [0, 1, ...filters.flatMap((filter) => [...string(filter), 0])]);
}

/** Section 3.12. */
export const pingPacket = () => packet(0xc0, []);

/** Section 3.14. */
export const disconnectPacket = () => packet(0xe0, []);

/** Puts packets together again from the pieces in which they arrive. */
export class PacketReader {
  /** @type {Uint8Array} */
  #bytes = new Uint8Array(0);

  /**
   * The packets that are complete with these bytes. Others than a listener expects are left out.
   * @param {Uint8Array} bytes
   * @returns {Packet[]}
   */
  push(bytes) {
    this.#bytes = this.#bytes.length === 0 ? bytes : concatenated(this.#bytes, bytes);
    const packets = [];
    for (let frame = this.#take(); frame; frame = this.#take()) {
      const found = read(frame.firstByte, frame.body);
      if (found) packets.push(found);
    }
    return packets;
  }

  #take() {
    let length = 0;
    for (let index = 1; index <= 4; index += 1) {
      const byte = this.#bytes[index];
      if (byte === undefined) return undefined;
      length += (byte & 127) << (7 * (index - 1));
      if (byte > 127) continue;
      const start = index + 1;
      if (this.#bytes.length < start + length) return undefined;
      const firstByte = this.#bytes[0] ?? 0;
      const body = this.#bytes.subarray(start, start + length);
      this.#bytes = this.#bytes.subarray(start + length);
      return { firstByte, body };
    }
    throw new Error('not MQTT: a length of more than four bytes');
  }
}

/**
 * @param {number} firstByte
 * @param {Uint8Array} body
 * @returns {Packet | undefined}
 */
function read(firstByte, body) {
  switch (firstByte >> 4) {
    case 2:
      return { type: 'connack', code: body[1] ?? 255 };
    case 3: {
      const topicEnd = 2 + (((body[0] ?? 0) << 8) | (body[1] ?? 0));
      // A packet id is present only above QoS 0.
      const payloadStart = topicEnd + ((firstByte & 0x06) === 0 ? 0 : 2);
      return {
        type: 'publish',
        topic: decoder.decode(body.subarray(2, topicEnd)),
        payload: decoder.decode(body.subarray(payloadStart)),
        retained: (firstByte & 0x01) === 1,
      };
    }
    case 9:
      return { type: 'suback', codes: [...body.subarray(2)] };
    case 13:
      return { type: 'pingresp' };
    default:
      return undefined;
  }
}

/** @param {Uint8Array} first @param {Uint8Array} second */
function concatenated(first, second) {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
