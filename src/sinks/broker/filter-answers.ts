import { variableByteInteger } from './filter-packet.ts';
import { type Packet, packetTypes } from './packet-check.ts';
import { reasonCodes } from './packet-reader.ts';

/** What Aedes answers an MQTT 5 client for every filter that it does not get. */
const anyRefusal = reasonCodes.notAuthorized;

/** A packet that was divided, and what has been answered for its parts. */
interface Divided {
  readonly type: number;
  readonly id: number;
  readonly codes: Buffer[];
  /** Parts that are still to be answered, of those that the broker was given. */
  unanswered: number;
  hasLast: boolean;
}

/**
 * The answers to SUBSCRIBE and UNSUBSCRIBE packets as the client expects them: one for each packet
 * that it has sent, also where the broker was given parts, and with the reason for each refusal
 * where the protocol has words for it.
 */
export class FilterAnswers {
  /** The version of MQTT decides how an answer looks. */
  is5 = false;
  /** In the order in which the broker answers. */
  readonly #divided: Divided[] = [];
  readonly #reasons: number[] = [];

  /** The broker is given a packet, or a part of one. */
  given({ type, id, part }: Packet): void {
    if (part === 'whole') return;
    let divided = this.#divided.at(-1);
    if (!divided || divided.hasLast) {
      divided = { type, id, codes: [], unanswered: 0, hasLast: false };
      this.#divided.push(divided);
    }
    divided.unanswered += 1;
    divided.hasLast = part === 'last';
  }

  /** A filter is refused; called in the order of the filters. */
  refused(reasonCode: number): void {
    if (this.is5) this.#reasons.push(reasonCode);
  }

  /** Refusals so far were not part of an answer. */
  forgetRefusals(): void {
    this.#reasons.length = 0;
  }

  /**
   * What the client gets in place of a SUBACK or UNSUBACK (MQTT 5, sections 3.9 and 3.11); undefined
   * while parts of the packet are still to come.
   */
  answer(packet: Buffer): Buffer | undefined {
    const type = (packet[0] ?? 0) >> 4;
    const { start, prefix } = this.#read(packet);
    if (type === packetTypes.suback) this.#giveReasons(packet, start);
    const [divided] = this.#divided;
    const isPart =
      divided?.unanswered && divided.type + 1 === type && divided.id === prefix.readUInt16BE(0);
    if (!isPart) return packet;
    divided.codes.push(packet.subarray(start));
    divided.unanswered -= 1;
    if (!divided.hasLast || divided.unanswered > 0) return undefined;
    this.#divided.shift();
    const body = Buffer.concat([prefix, ...divided.codes]);
    return Buffer.concat([packet.subarray(0, 1), variableByteInteger(body.length), body]);
  }

  /** Where the codes begin, and what stands before them. Aedes gives no properties. */
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
