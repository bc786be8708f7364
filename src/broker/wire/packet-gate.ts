import { FilterAnswers } from './filter-answers.ts';

/** What a buffer takes besides its bytes: a small message costs more than it says. Measured. */
const bufferBytes = 120;

/**
 * Gathers the pieces in which Aedes writes a packet, and keeps QoS 1 and 2 messages back while as
 * many as the client takes at a time are unacknowledged (MQTT 5, section 4.9; before MQTT 5 the
 * number is ours alone).
 */
export class PacketGate {
  /** How many messages may be unacknowledged. */
  window: number;
  heldBytes = 0;
  /** Called when there is room for one more message. */
  onRoom: (() => void) | undefined;
  /**
   * For MQTT 3.1, where the second byte of a CONNACK is reserved (section 3.2) and not yet "session
   * present".
   */
  clearsSessionPresent = false;
  /** What the client gets for its SUBSCRIBE and UNSUBSCRIBE packets. */
  readonly answers = new FilterAnswers();
  /** Called when the broker has answered one of those, or a part of it. */
  onFilterAnswer: (() => void) | undefined;
  #inFlight = 0;
  #pieces: Buffer[] = [];
  #held: Buffer[] = [];
  readonly #pass: (packet: Buffer) => boolean;

  /** @param pass sends a packet; false when it is not for this client, as one that is too large */
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
      // Of filters that were tried when an earlier session went on.
      this.answers.forgetRefusals();
    }
    if (!wantsAcknowledgement(packet)) this.#pass(packet);
    else if (this.#inFlight < this.window && this.#held.length === 0) this.#send(packet);
    else {
      this.#held.push(packet);
      this.heldBytes += packet.length + bufferBytes;
    }
  }

  /** How many more messages the client takes now. */
  get room(): number {
    return this.#held.length > 0 ? 0 : Math.max(0, this.window - this.#inFlight);
  }

  /** The client has acknowledged a message for good. */
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

/** Aedes writes it in several pieces, so that the bytes joined are nobody else's. */
function isConnack(packet: Buffer): boolean {
  return packet[0] === 0x20;
}

/** A SUBACK or UNSUBACK; what is said of CONNACK holds for them as well. */
function isFilterAnswer(packet: Buffer): boolean {
  return packet[0] === 0x90 || packet[0] === 0xb0;
}

/** A PUBLISH packet of QoS 1 or 2 (MQTT 3.1.1, sections 2.2 and 3.3.1.2). */
function wantsAcknowledgement(packet: Buffer): boolean {
  const [first = 0] = packet;
  return first >> 4 === 3 && (first & 0b0110) !== 0;
}
