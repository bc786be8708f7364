import { isUtf8 } from 'node:buffer';

/** Why a client can't be served any longer. */
export class Violation extends Error {
  /** The reason code in MQTT 5 (section 2.4). */
  readonly reasonCode: number;

  constructor(message: string, reasonCode: number) {
    super(message);
    this.reasonCode = reasonCode;
  }
}

/** MQTT 5, section 2.4. */
export const reasonCodes = {
  malformedPacket: 0x81,
  protocolError: 0x82,
  unsupportedProtocolVersion: 0x84,
  clientIdentifierNotValid: 0x85,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  receiveMaximumExceeded: 0x93,
  topicNameInvalid: 0x90,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
} as const;

export const malformed = (message: string) => new Violation(message, reasonCodes.malformedPacket);
export const protocolError = (message: string) => new Violation(message, reasonCodes.protocolError);

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;

/** Reads the fields of one packet in order. Throws a `Violation` if they are invalid. */
export class PacketReader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  /** Where the next field starts. */
  get at(): number {
    return this.#at;
  }

  /** Continues reading where a field started. */
  goBackTo(at: number): void {
    this.#at = at;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  /** Section 1.5.5 of MQTT 5: at most four bytes, and no longer than needed. */
  variableByteInteger(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) << shift;
      if (byte < 128) {
        if (byte === 0 && shift > 0) throw malformed('a length is encoded in too many bytes');
        return value;
      }
    }
    throw malformed('a length has more than four bytes');
  }

  /** Binary data, preceded by its length. */
  binary(): Buffer {
    const length = this.uint16();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Text (MQTT 3.1.1, section 1.5.3): strict UTF-8 without control characters, especially NUL. */
  text(): string {
    const bytes = this.binary();
    const text = bytes.toString();
    if (!isUtf8(bytes) || controlCharacter.test(text)) {
      throw malformed("a text isn't valid UTF-8, or contains control characters");
    }
    return text;
  }

  /** The next `length` bytes as separate fields. */
  part(length: number): PacketReader {
    const start = this.#take(length);
    return new PacketReader(this.#bytes, start, start + length);
  }

  /** Nothing may be left. */
  end(): void {
    if (this.left > 0) throw malformed('a packet is longer than its fields');
  }

  #take(length: number): number {
    if (this.left < length) throw malformed('a packet is shorter than its fields');
    const start = this.#at;
    this.#at += length;
    return start;
  }
}
