import { FilterAnswers } from './filter-answers.ts';

/**
 * The overhead of a buffer in addition to its bytes, measured: a small message takes more than its
 * length.
 */
const bufferBytes = 120;

/**
 * Joins the pieces in which Aedes writes a packet, and holds back QoS 1 and 2 messages while the
 * client has as many unacknowledged ones as it accepts (MQTT 5, section 4.9; before MQTT 5 the
 * number is ours).
 */
export class PacketGate {
  /** How many messages may be unacknowledged. */
  window: number;
  heldBytes = 0;
  /** Called when there is room for one more message. */
  onRoom: (() => void) | undefined;
  /**
   * For MQTT 3.1, in which the second byte of a CONNACK is reserved (section 3.2) and not yet
   * "session present".
   */
  clearsSessionPresent = false;
  /** The answers to the client's SUBSCRIBE and UNSUBSCRIBE packets. */
  readonly answers = new FilterAnswers();
  /** Called when the broker has answered one of those, or a part of it. */
  onFilterAnswer: (() => void) | undefined;
  #inFlight = 0;
  #pieces: Buffer[] = [];
  #held: Buffer[] = [];
  readonly #pass: (packet: Buffer) => boolean;

  /**
   * @param pass sends a packet; false if the client can't get it, for example because it is too
   * large
   */
  constructor(window: number, pass: (packet: Buffer) => boolean) {
    this.window = window;
    this.#pass = pass;
  }

  append(piece: Buffer): void {
    this.#pieces.push(piece);
  }

  /** The pieces so far are one packet. */
  endPacket(): void {
    const [first] = this.#pieces;
    if (!first) return;
    const packet = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    if (isFilterAnswer(packet)) {
      const answer = this.answers.answer(packet);
      if (answer) this.#pass(answer);
      this.onFilterAnswer?.();
      return;
    }
    if (isConnack(packet)) {
      if (this.clearsSessionPresent) packet[2] = 0;
      // Of filters that were tried when an earlier session resumed.
      this.answers.forgetRefusals();
    }
    if (!wantsAcknowledgement(packet)) this.#pass(packet);
    else if (this.#inFlight < this.window && this.#held.length === 0) this.#send(packet);
    else {
      this.#held.push(packet);
      this.heldBytes += packet.length + bufferBytes;
    }
  }

  /** How many more messages the client accepts now. */
  get room(): number {
    return this.#held.length > 0 ? 0 : Math.max(0, this.window - this.#inFlight);
  }

  /** The client has finally acknowledged a message. */
  acknowledged(): void {
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    while (this.#inFlight < this.window) {
      const next = this.#held.shift();
      if (!next) break;
      this.heldBytes -= next.length + bufferBytes;
      this.#send(next);
    }
    if (this.#held.length === 0) this.onRoom?.();
  }

  #send(packet: Buffer): void {
    if (this.#pass(packet)) this.#inFlight += 1;
  }
}

/** Aedes writes it in several pieces, so the joined bytes are not shared. */
function isConnack(packet: Buffer): boolean {
  return packet[0] === 0x20;
}

/** A SUBACK or UNSUBACK; the comment on CONNACK applies to them as well. */
function isFilterAnswer(packet: Buffer): boolean {
  return packet[0] === 0x90 || packet[0] === 0xb0;
}

/** A PUBLISH packet of QoS 1 or 2 (MQTT 3.1.1, sections 2.2 and 3.3.1.2). */
function wantsAcknowledgement(packet: Buffer): boolean {
  const [first = 0] = packet;
  return first >> 4 === 3 && (first & 0b0110) !== 0;
}
