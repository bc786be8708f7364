import { Duplex } from 'node:stream';
import { RateLimit } from '../../access/rate-limit.ts';
import { FrameGuard } from '../wire/frame-guard.ts';
import {
  type CheckedPacket,
  type Connect,
  hasFilters,
  packetTypes,
  packetWeight,
  tokensOf,
  weightOfPacket,
} from '../wire/packet-check.ts';
import { reasonCodes, Violation } from '../wire/packet-reader.ts';
import { refusalOf } from '../wire/refusal.ts';
import type { ClientStreamOptions } from './client-stream-options.ts';
import { Outgoing } from './outgoing.ts';
import type { TurnTaker } from './turns.ts';

/**
 * What a client may send at once after a quiet time, in seconds at its full rate: others wait
 * meanwhile.
 */
const burstSeconds = 0.1;

/**
 * A packet with this many bytes received is large: the total of all clients must be checked, bytes.
 */
const muchIncomingBytes = 16 * 1024;

/** How long sent bytes may take to arrive before the connection is destroyed, ms. */
const farewellMs = 2000;

/**
 * One client's connection as the broker sees it: complete, valid packets come out
 * (`frame-guard.ts`), and what goes in never makes the broker wait for this client (`outgoing.ts`).
 */
export class ClientStream extends Duplex implements TurnTaker {
  readonly party: string;
  readonly outgoing: Outgoing;
  readonly #options: ClientStreamOptions;
  readonly #guard: FrameGuard;
  /** QoS 2 messages received and not yet released, by packet identifier. */
  readonly #unreleased = new Set<number>();
  readonly #rate: RateLimit;
  /** The weight of the packets in this turn. */
  #weight = 0;
  #restMs = 0;
  /** Whether the broker has processed everything it was given. */
  #isWanted = true;
  #isAccepted = false;
  #isOver = false;
  /** Whether the transport has ended, and whether the broker knows. */
  #hasAll = false;
  #hasEnded = false;
  /** Cancels the pause of a client that has sent much. */
  #cancelRest: (() => void) | undefined;

  constructor(options: ClientStreamOptions) {
    // With this mark the broker asks for more only when it has read everything.
    super({ readableHighWaterMark: 1, autoDestroy: true });
    this.#options = options;
    this.party = options.party;
    const { transport, clock, limits } = options;
    const { messagesPerSecond } = limits;
    this.#rate = new RateLimit(
      { burst: Math.max(1, messagesPerSecond * burstSeconds), everyMs: 1000 / messagesPerSecond },
      clock,
    );
    this.#guard = new FrameGuard(limits, (packet) => this.#received(packet));
    this.outgoing = new Outgoing({
      ...options,
      onHopeless: (reason) => this.cutOff(new Error(reason)),
      onDrain: () => this.#drained(),
    });
    this.outgoing.gate.onFilterAnswer = () => this.#askForTurn();
    transport.on('data', (chunk: Buffer) => this.#arrived(chunk));
    transport.on('end', () => this.#end());
    transport.on('error', () => this.destroy());
    transport.on('close', () => this.#transportClosed());
  }

  get connect(): Connect | undefined {
    return this.#guard.connect;
  }

  /** Received and not yet processed, here and in the transport, bytes. */
  get incomingBytes(): number {
    return this.#guard.waitingBytes + this.#options.transport.readableLength;
  }

  /** The broker has let the client in: the packets after its CONNECT may follow. */
  accepted(): void {
    if (this.#isAccepted) return;
    this.#isAccepted = true;
    this.#askForTurn();
  }

  /**
   * Answers a message that the broker does not accept. Its identifier is free (MQTT 5, section
   * 4.3.3).
   */
  refuse(message: { readonly qos: number; readonly messageId?: number }, reasonCode: number): void {
    const { qos, messageId = 0 } = message;
    if (qos === 0) return;
    this.#unreleased.delete(messageId);
    const type = qos === 1 ? packetTypes.puback : packetTypes.pubrec;
    this.outgoing.send(refusal(type, messageId, reasonCode));
  }

  /** Ends a connection that can't be served any longer; an MQTT 5 client gets the reason. */
  cutOff(reason: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onCutOff(reason);
    if (reason instanceof Violation) {
      const refusal = refusalOf(reason, this.connect?.protocolVersion, this.#isAccepted);
      if (refusal) this.outgoing.send(refusal);
      this.destroy();
    } else this.#options.transport.destroy();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#askForTurn();
  }

  /** Handles packets of up to `mostWeight`; packets with topic filters only as the first. */
  takeTurn(mostWeight: number): number {
    if (this.#isOver) return 0;
    const wasConnected = this.connect !== undefined;
    this.#weight = 0;
    const mayTake = (type: number) =>
      this.#weight === 0 || (this.#weight < mostWeight && !hasFilters(type));
    try {
      for (const bytes of this.#guard.take(mayTake)) {
        if (!wasConnected && this.connect) this.#connected(this.connect);
        this.#isWanted = false;
        this.push(bytes);
      }
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#weight += packetWeight.connect;
      this.cutOff(error);
    }
    if (this.#restMs > 0) this.#rest();
    this.#askForTurn();
    if (this.#hasAll && !this.#guard.hasMore) this.#end();
    return Math.max(this.#weight, packetWeight.least);
  }

  // Aedes corks at the start of each packet, and never waits for a write callback.
  override cork(): void {
    this.outgoing.gate.endPacket();
  }

  override uncork(): void {}

  override write(chunk: Buffer | string, encoding?: unknown): boolean {
    const isEncoding = typeof encoding === 'string' && Buffer.isEncoding(encoding);
    this.outgoing.append(
      typeof chunk === 'string' ? Buffer.from(chunk, isEncoding ? encoding : 'utf8') : chunk,
    );
    return this.destroyed || !this.outgoing.isCrowded;
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#isOver = true;
    this.#cancelRest?.();
    const { transport, clock, turns } = this.#options;
    turns.leave(this);
    this.outgoing.close();
    if (!transport.destroyed) {
      // Anything else from the client is discarded.
      transport.resume();
      transport.end();
      const cancel = clock.schedule(farewellMs, () => transport.destroy());
      transport.once('close', cancel);
    }
    done(error);
  }

  #arrived(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#guard.add(chunk);
    this.#askForTurn();
    if (this.incomingBytes > muchIncomingBytes) this.#options.onCrowded();
  }

  /** Whatever may have its turn asks for it; for the rest, TCP makes the client wait. */
  #askForTurn(): void {
    const { transport, turns } = this.#options;
    if (this.#isOver) return;
    const waitsForBroker = this.connect !== undefined && !this.#isAccepted;
    const waits = waitsForBroker || this.#cancelRest !== undefined;
    if (this.#guard.hasMore && this.#isWanted && !waits) {
      const isFilters = hasFilters(this.#guard.nextType);
      // Filters make the broker send retained messages, which would only add to what waits.
      if (!isFilters) turns.ask(this, 'packets');
      else if (!this.outgoing.isSocketCrowded && !this.outgoing.gate.answers.isWaiting) {
        turns.ask(this, 'filters');
      }
    }
    if (this.#guard.hasMore || waits) transport.pause();
    else if (transport.isPaused()) transport.resume();
  }

  /** Keeps a client to its rate. */
  #rest(): void {
    const restMs = this.#restMs;
    this.#restMs = 0;
    this.#cancelRest = this.#options.clock.schedule(restMs, () => {
      this.#cancelRest = undefined;
      this.#askForTurn();
    });
  }

  #drained(): void {
    this.emit('drain');
    this.#askForTurn();
  }

  #connected(connect: Connect): void {
    const { gate } = this.outgoing;
    this.#weight += packetWeight.connect;
    gate.window = Math.min(gate.window, connect.receiveMaximum);
    gate.clearsSessionPresent = connect.protocolVersion === 3;
    gate.answers.is5 = connect.protocolVersion === 5;
    this.outgoing.largestPacketBytes = connect.largestPacketBytes;
    this.#options.onConnect(connect);
  }

  #received(packet: CheckedPacket): 'pass' | 'drop' {
    const { type, qos, id, reasonCode } = packet;
    this.#weight += weightOfPacket(packet);
    const tokens = tokensOf(packet);
    if (tokens > 0) this.#restMs = this.#rate.takeInAdvance(tokens);
    switch (type) {
      case packetTypes.subscribe:
      case packetTypes.unsubscribe:
        this.outgoing.gate.answers.given(packet);
        return 'pass';
      case packetTypes.publish:
        return qos === 2 ? this.#receivedExactlyOnce(id) : 'pass';
      case packetTypes.pubrel:
        this.#unreleased.delete(id);
        return 'pass';
      case packetTypes.puback:
      case packetTypes.pubcomp:
        this.outgoing.acknowledged();
        return 'pass';
      case packetTypes.pubrec:
        // Section 4.3.3 of MQTT 5: an error ends the exchange.
        if (reasonCode >= 0x80) this.outgoing.acknowledged();
        return 'pass';
      default:
        return 'pass';
    }
  }

  /** Aedes 2.0.0-beta.1 doesn't limit such messages, and treats one sent twice in a row as two. */
  #receivedExactlyOnce(id: number): 'pass' | 'drop' {
    if (this.#unreleased.has(id)) {
      this.outgoing.send(pubrec(id));
      return 'drop';
    }
    if (this.#unreleased.size >= this.#options.limits.inFlightPerClient) {
      throw new Violation('too many concurrent QoS 2 messages', reasonCodes.receiveMaximumExceeded);
    }
    this.#unreleased.add(id);
    return 'pass';
  }

  /** Nothing more arrives; the broker is told once it has everything that arrived before. */
  #end(): void {
    this.#hasAll = true;
    if (this.#hasEnded || this.destroyed || (this.#isAccepted && this.#guard.hasMore)) return;
    this.#hasEnded = true;
    this.push(null);
  }

  /** What the client sent before it left must still be read. */
  #transportClosed(): void {
    if (!this.connect || this.readableEnded) {
      this.destroy();
      return;
    }
    this.once('end', () => this.destroy());
    this.#end();
    const cancel = this.#options.clock.schedule(farewellMs, () => this.destroy());
    this.once('close', cancel);
  }
}

/** MQTT 5, sections 3.4 and 3.5; without properties. */
function refusal(type: number, id: number, reasonCode: number): Buffer {
  return Buffer.from([type << 4, 3, id >> 8, id & 255, reasonCode]);
}

/** MQTT 3.1.1, section 3.5. */
function pubrec(id: number): Buffer {
  return Buffer.from([packetTypes.pubrec << 4, 2, id >> 8, id & 255]);
}
