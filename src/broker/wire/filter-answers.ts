import { variableByteInteger } from './filter-packet.ts';
import { type CheckedPacket, packetTypes } from './packet-check.ts';
import { reasonCodes } from './packet-reader.ts';

/** Aedes's answer to an MQTT 5 client for every refused filter. */
const anyRefusal = reasonCodes.notAuthorized;

/**
 * The answers to SUBSCRIBE and UNSUBSCRIBE packets as the client expects them: one for each packet
 * it sent, even if the broker was given parts, and with the reason for each refusal if the protocol
 * has one.
 */
export class FilterAnswers {
  /** The format of an answer depends on the MQTT version. */
  is5 = false;
  /** What the broker was given, and has not answered yet. */
  #part: CheckedPacket['part'] | undefined;
  /** Its answers so far for the parts of the packet. */
  #codes: Buffer[] = [];
  readonly #reasons: number[] = [];

  /**
   * The next packet, or part of one, waits for that: Aedes may answer the second before the first.
   */
  get isWaiting(): boolean {
    return this.#part !== undefined;
  }

  /** Whether the broker works on a part of a packet with more parts to come. */
  get isUnfinished(): boolean {
    return this.#part === 'more';
  }

  /** The broker is given a packet, or a part of one. */
  given({ part }: CheckedPacket): void {
    this.#part = part;
  }

  /** A filter is refused; called in the order of the filters. */
  refused(reasonCode: number): void {
    if (this.is5) this.#reasons.push(reasonCode);
  }

  /** The refusals so far were not part of an answer. */
  forgetRefusals(): void {
    this.#reasons.length = 0;
  }

  /**
   * What the client gets instead of a SUBACK or UNSUBACK (MQTT 5, sections 3.9 and 3.11); undefined
   * while more parts of the packet are to come.
   */
  answer(packet: Buffer): Buffer | undefined {
    const type = (packet[0] ?? 0) >> 4;
    const { start, prefix } = this.#read(packet);
    const part = this.#part;
    this.#part = undefined;
    if (type === packetTypes.suback) this.#giveReasons(packet, start);
    if (part !== 'more' && this.#codes.length === 0) return packet;
    this.#codes.push(packet.subarray(start));
    if (part === 'more') return undefined;
    const body = Buffer.concat([prefix, ...this.#codes]);
    this.#codes = [];
    return Buffer.concat([packet.subarray(0, 1), variableByteInteger(body.length), body]);
  }

  /** Where the codes start, and the bytes before them. Aedes sends no properties. */
  #read(packet: Buffer): { start: number; prefix: Buffer } {
    let body = 1;
    while ((packet[body] ?? 0) >= 128) body += 1;
    body += 1;
    const start = body + (this.is5 ? 3 : 2);
    return { start, prefix: packet.subarray(body, start) };
  }

  #giveReasons(packet: Buffer, start: number): void {
    if (this.#reasons.length === 0) return;
    for (let at = start; at < packet.length; at += 1) {
      if (packet[at] === anyRefusal) packet[at] = this.#reasons.shift() ?? anyRefusal;
    }
  }
}
