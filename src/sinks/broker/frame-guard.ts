import {
  type Connect,
  checkConnect,
  checkPacket,
  type Packet,
  type PacketLimits,
  packetTypes,
} from './packet-check.ts';
import { malformed, PacketReader, protocolError, reasonCodes, Violation } from './packet-reader.ts';

export interface FrameGuardLimits extends PacketLimits {
  /** The largest packet, bytes. */
  readonly packetBytes: number;
}

/** The largest CONNECT, bytes: whoever sends it is not yet known. */
const largestConnectBytes = 16 * 1024;

/** So many packets are taken at a time, for other clients want their turn. */
const packetsAtATime = 100;

/**
 * Cuts what a client sends into packets and checks each, so that the broker behind it sees nothing
 * but whole and valid ones. What is too large is refused at its header, before it is read.
 */
export class FrameGuard {
  /** The client's CONNECT, once it has come. */
  connect: Connect | undefined;
  /** Whether there may be whole packets left to take. */
  hasMore = false;
  readonly #limits: FrameGuardLimits;
  readonly #onPacket: (packet: Packet) => 'pass' | 'drop';
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #wantedBytes = 0;

  /** @param onPacket told about each packet but CONNECT; says whether the broker shall have it */
  constructor(limits: FrameGuardLimits, onPacket: (packet: Packet) => 'pass' | 'drop') {
    this.#limits = limits;
    this.#onPacket = onPacket;
  }

  /** Bytes that wait for the rest of their packet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * Takes what a client has sent; the result is whole packets. Behind a CONNECT the rest waits for
   * the next call, for the client may be one that is refused; so does what is too much for once.
   * @throws {Violation} when the client breaks a rule
   */
  take(chunk: Buffer): Buffer[] {
    const bytes = this.#join(chunk);
    if (!bytes) return [];
    const passed: Buffer[] = [];
    this.hasMore = false;
    let start = 0;
    for (let at = 0, taken = 0; ; taken += 1) {
      const size = this.#sizeAt(bytes, at);
      const isWhole = size !== undefined && at + size <= bytes.length;
      if (!isWhole || taken === packetsAtATime) {
        if (at > start) passed.push(bytes.subarray(start, at));
        this.#keep(bytes.subarray(at), isWhole ? 0 : (size ?? bytes.length - at + 1));
        this.hasMore = isWhole;
        return passed;
      }
      const end = at + size;
      if (!this.connect) {
        this.connect = this.#checkConnect(bytes.subarray(at, end));
        this.#keep(bytes.subarray(end), 0);
        this.hasMore = true;
        return [bytes.subarray(at, end)];
      }
      if (!this.#isToPass(bytes.subarray(at, end))) {
        if (at > start) passed.push(bytes.subarray(start, at));
        start = end;
      }
      at = end;
    }
  }

  #join(chunk: Buffer): Buffer | undefined {
    if (this.#waiting.length === 0) return chunk;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes < this.#wantedBytes) return undefined;
    const bytes = Buffer.concat(this.#waiting);
    this.#keep(bytes.subarray(0, 0), 0);
    return bytes;
  }

  #keep(rest: Buffer, wantedBytes: number): void {
    // A few bytes must not keep the whole buffer in memory that they came in.
    this.#waiting = rest.length === 0 ? [] : [Buffer.from(rest)];
    this.#waitingBytes = rest.length;
    this.#wantedBytes = wantedBytes;
  }

  /** The size of the packet there; undefined when not enough of its header has come. */
  #sizeAt(bytes: Buffer, at: number): number | undefined {
    const first = bytes[at];
    if (first === undefined) return undefined;
    const isConnect = first === packetTypes.connect << 4;
    if (!this.connect && !isConnect) throw protocolError('the first packet is no CONNECT');
    if (this.connect && first >> 4 === packetTypes.connect) throw protocolError('a second CONNECT');
    // MQTT 3.1.1, section 2.2.3
    let size = 0;
    for (let digit = 0; digit < 4; digit += 1) {
      const byte = bytes[at + 1 + digit];
      if (byte === undefined) return undefined;
      size += (byte & 127) << (7 * digit);
      if (byte >= 128) continue;
      if (byte === 0 && digit > 0) throw malformed('a length is written with too many bytes');
      const whole = size + digit + 2;
      if (whole > (isConnect ? largestConnectBytes : this.#limits.packetBytes)) {
        throw new Violation(`a packet of ${whole} bytes is too large`, reasonCodes.packetTooLarge);
      }
      return whole;
    }
    throw malformed('a length has more than four bytes');
  }

  #checkConnect(packet: Buffer): Connect {
    return checkConnect(bodyOf(packet), this.#limits);
  }

  #isToPass(bytes: Buffer): boolean {
    const is5 = this.connect?.protocolVersion === 5;
    const packet = checkPacket(bytes.readUInt8(0), bodyOf(bytes), is5, this.#limits);
    return this.#onPacket(packet) === 'pass';
  }
}

/** What stands behind the fixed header. */
function bodyOf(packet: Buffer): PacketReader {
  let at = 1;
  while (packet.readUInt8(at) >= 128) at += 1;
  return new PacketReader(packet, at + 1);
}
