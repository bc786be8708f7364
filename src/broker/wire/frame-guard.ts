import type { TopicLimits } from '../topics/topic-rules.ts';
import { FilterPacket } from './filter-packet.ts';
import {
  type CheckedPacket,
  type Connect,
  checkConnect,
  checkPacket,
  hasFilters,
  packetTypes,
} from './packet-check.ts';
import { malformed, PacketReader, protocolError, reasonCodes, Violation } from './packet-reader.ts';

export interface FrameGuardLimits extends TopicLimits {
  /** The largest packet, bytes. */
  readonly packetBytes: number;
}

/** The largest CONNECT, bytes: its sender is not known yet. */
const largestConnectBytes = 16 * 1024;

/**
 * Splits what a client sends into packets and checks each, so that the broker behind it only sees
 * complete, valid packets. A packet that is too large is refused at its header, before it is read.
 */
export class FrameGuard {
  /** The client's CONNECT, once it has arrived. */
  connect: Connect | undefined;
  readonly #limits: FrameGuardLimits;
  readonly #onPacket: (packet: CheckedPacket) => 'pass' | 'drop';
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #wantedBytes = 0;
  /** The next packet, if it has filters and a part of it has been taken. */
  #filterPacket: FilterPacket | undefined;

  /**
   * @param onPacket called with each packet but CONNECT; returns whether to pass it to the broker
   */
  constructor(limits: FrameGuardLimits, onPacket: (packet: CheckedPacket) => 'pass' | 'drop') {
    this.#limits = limits;
    this.#onPacket = onPacket;
  }

  /** Bytes that wait for the rest of their packet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether there may be complete packets to take. */
  get hasMore(): boolean {
    return this.#waitingBytes > 0 && this.#waitingBytes >= this.#wantedBytes;
  }

  /** The type of the next packet; undefined if none has started. */
  get nextType(): number | undefined {
    const [first] = this.#waiting;
    return first?.[0] === undefined ? undefined : first[0] >> 4;
  }

  /** Adds what a client has sent. */
  add(chunk: Buffer): this {
    if (chunk.length > 0) this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    return this;
  }

  /**
   * Takes complete packets from what was added, and the next part of one with many filters. After a
   * CONNECT, the rest waits for the next call, because the client may be refused.
   * @param mayTake called before each packet, with its type; returns whether to take one of that
   * type now
   * @throws {Violation} if the client breaks a rule
   */
  take(mayTake: (type: number) => boolean = () => true): Buffer[] {
    if (!this.hasMore) return [];
    const bytes = this.#join();
    const passed: Buffer[] = [];
    let start = 0;
    for (let at = 0; ; ) {
      const size = this.#sizeAt(bytes, at);
      const isWhole = size !== undefined && at + size <= bytes.length;
      if (!isWhole || !mayTake(bytes.readUInt8(at) >> 4)) {
        if (at > start) passed.push(bytes.subarray(start, at));
        this.#keep(bytes.subarray(at), isWhole ? 0 : (size ?? bytes.length - at + 1));
        return passed;
      }
      const end = at + size;
      if (!this.connect) {
        this.connect = this.#checkConnect(bytes.subarray(at, end));
        this.#keep(bytes.subarray(end), 0);
        return [bytes.subarray(at, end)];
      }
      const packet = bytes.subarray(at, end);
      const part = this.#takeFilters(packet);
      if (part ? part !== packet : !this.#isToPass(packet)) {
        if (at > start) passed.push(bytes.subarray(start, at));
        if (part) passed.push(part);
        start = end;
      }
      if (this.#filterPacket) start = at;
      else at = end;
    }
  }

  #join(): Buffer {
    const [first = Buffer.alloc(0)] = this.#waiting;
    return this.#waiting.length === 1 ? first : Buffer.concat(this.#waiting);
  }

  #keep(rest: Buffer, wantedBytes: number): void {
    // A few bytes must not keep the whole buffer they arrived in in memory. What is taken in the
    // next turns need not be copied before each.
    const isBrief = wantedBytes === 0 && rest.length > 0;
    this.#waiting = rest.length === 0 ? [] : [isBrief ? rest : Buffer.from(rest)];
    this.#waitingBytes = rest.length;
    this.#wantedBytes = wantedBytes;
  }

  /** The size of the packet there; undefined if its header is incomplete. */
  #sizeAt(bytes: Buffer, at: number): number | undefined {
    const first = bytes[at];
    if (first === undefined) return undefined;
    const isConnect = first === packetTypes.connect << 4;
    if (!this.connect && !isConnect) throw protocolError("the first packet isn't a CONNECT");
    if (this.connect && first >> 4 === packetTypes.connect) throw protocolError('a second CONNECT');
    // MQTT 3.1.1, section 2.2.3
    let size = 0;
    for (let digit = 0; digit < 4; digit += 1) {
      const byte = bytes[at + 1 + digit];
      if (byte === undefined) return undefined;
      size += (byte & 127) << (7 * digit);
      if (byte >= 128) continue;
      if (byte === 0 && digit > 0) throw malformed('a length is encoded in too many bytes');
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

  /**
   * Takes the next part of a packet with filters, or all of it; undefined if it is another packet.
   */
  #takeFilters(bytes: Buffer): Buffer | undefined {
    if (!hasFilters(bytes.readUInt8(0) >> 4)) return undefined;
    const is5 = this.connect?.protocolVersion === 5;
    this.#filterPacket ??= new FilterPacket(bytes, bodyStart(bytes), is5, this.#limits);
    const part = this.#filterPacket.next();
    if (this.#filterPacket.isOver) this.#filterPacket = undefined;
    this.#onPacket(part.packet);
    return part.bytes;
  }

  #isToPass(bytes: Buffer): boolean {
    const is5 = this.connect?.protocolVersion === 5;
    const packet = checkPacket(bytes.readUInt8(0), bodyOf(bytes), is5, this.#limits);
    return this.#onPacket(packet) === 'pass';
  }
}

/** The bytes after the fixed header. */
const bodyOf = (packet: Buffer) => new PacketReader(packet, bodyStart(packet));

function bodyStart(packet: Buffer): number {
  let at = 1;
  while (packet.readUInt8(at) >= 128) at += 1;
  return at + 1;
}
