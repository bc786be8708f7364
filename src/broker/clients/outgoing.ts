import type { Duplex } from 'node:stream';
import type { Clock } from '../../platform/clock.ts';
import { PacketGate } from '../wire/packet-gate.ts';
import type { Flusher } from './flusher.ts';

export interface OutgoingLimits {
  /** What may wait for one client (bytes) before QoS 0 messages to it are dropped. */
  readonly backlogBytes: number;
  /** How long a client may stay behind before it is disconnected, s. */
  readonly slowClientSeconds: number;
  /** QoS 1 and 2 messages sent to one client that it has not acknowledged. */
  readonly inFlightPerClient: number;
}

export interface OutgoingOptions {
  readonly transport: Duplex;
  readonly flusher: Flusher;
  readonly limits: OutgoingLimits;
  readonly clock: Clock;
  /** Called when messages start to be dropped. */
  readonly onBehind: () => void;
  /** Called when the client has received everything that waited. */
  readonly onCaughtUp: () => void;
  /** Called with each dropped message. */
  readonly onDropped: () => void;
  /** Called when the client has been behind for too long, or far too much waits for it. */
  readonly onHopeless: (reason: string) => void;
  /** Called when much is waiting: the total of all clients must be checked. */
  readonly onCrowded: () => void;
  /** Called when everything that waited has been sent. */
  readonly onDrain: () => void;
}

/** Above this backlog (bytes) sources that can wait are asked to. */
const comfortableBytes = 64 * 1024;

/**
 * The way to one client. What is written within one turn of the event loop is sent together. A slow
 * client costs a limited amount of memory and nobody else's time: QoS 0 messages to it are dropped,
 * and if that does not help, it is disconnected.
 */
export class Outgoing {
  /** The largest packet an MQTT 5 client accepts, bytes. */
  largestPacketBytes = Number.POSITIVE_INFINITY;
  readonly gate: PacketGate;
  readonly #options: OutgoingOptions;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #cancelGivingUp: (() => void) | undefined;
  #closed = false;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    this.gate = new PacketGate(options.limits.inFlightPerClient, (packet) => this.#push(packet));
    options.transport.on('drain', () => this.#drained());
  }

  /** Waiting bytes, here and in the transport. */
  get backlogBytes(): number {
    return this.#pendingBytes + this.gate.heldBytes + this.#options.transport.writableLength;
  }

  /** Whether messages were dropped, and the client has not caught up since. */
  get isBehind(): boolean {
    return this.#cancelGivingUp !== undefined;
  }

  /** Whether sources that can wait should wait. */
  get isCrowded(): boolean {
    return this.backlogBytes > comfortableBytes;
  }

  /** The same, without what waits for an acknowledgement from the client. */
  get isSocketCrowded(): boolean {
    return this.#pendingBytes + this.#options.transport.writableLength > comfortableBytes;
  }

  get pending(): readonly Buffer[] {
    return this.#pending;
  }

  /** Sends one complete packet, or drops it if the client is behind. */
  offer(packet: Buffer): void {
    const { limits, onDropped } = this.#options;
    if (this.#closed) return;
    this.gate.endPacket();
    if (this.backlogBytes + packet.length > limits.backlogBytes) {
      onDropped();
      this.#fallBehind();
      return;
    }
    this.#push(packet);
    if (this.isCrowded) this.#options.onCrowded();
  }

  /** Sends one complete packet that must not be dropped. */
  send(packet: Buffer): void {
    this.gate.endPacket();
    this.append(packet);
  }

  /** Adds a piece of a packet that must not be dropped. */
  append(piece: Buffer): void {
    const { limits, onCrowded, onHopeless } = this.#options;
    if (this.#closed) return;
    this.gate.append(piece);
    this.#options.flusher.add(this);
    if (this.isCrowded) onCrowded();
    if (this.backlogBytes > 2 * limits.backlogBytes) onHopeless('too much data is waiting for it');
  }

  /**
   * Passes pending bytes to the transport.
   * @param joined the pending bytes in one piece, if they have been joined already
   */
  flush(joined?: Buffer): void {
    const { transport } = this.#options;
    const pieces = joined ? [joined] : this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (this.#closed || !transport.writable) return;
    if (pieces.length > 1) transport.cork();
    for (const piece of pieces) transport.write(piece);
    if (pieces.length > 1) transport.uncork();
  }

  /** Sends what is pending, and nothing after it. */
  close(): void {
    this.gate.endPacket();
    this.flush();
    this.#closed = true;
    this.#cancelGivingUp?.();
  }

  /** False if the client does not accept it. */
  #push(packet: Buffer): boolean {
    if (packet.length > this.largestPacketBytes) {
      this.#options.onDropped();
      return false;
    }
    this.#pending.push(packet);
    this.#pendingBytes += packet.length;
    this.#options.flusher.add(this);
    if (this.#pendingBytes > comfortableBytes) this.flush();
    return true;
  }

  /** The client has finally acknowledged a message. */
  acknowledged(): void {
    const wasCrowded = this.isCrowded;
    this.gate.acknowledged();
    if (wasCrowded && !this.isCrowded) this.#options.onDrain();
  }

  #fallBehind(): void {
    if (this.isBehind) return;
    const { clock, limits, onBehind, onHopeless } = this.#options;
    onBehind();
    this.#cancelGivingUp = clock.schedule(limits.slowClientSeconds * 1000, () =>
      onHopeless(`it has been behind for ${limits.slowClientSeconds} s`),
    );
  }

  #drained(): void {
    const { onDrain, onCaughtUp } = this.#options;
    if (this.isBehind) {
      this.#cancelGivingUp?.();
      this.#cancelGivingUp = undefined;
      onCaughtUp();
    }
    onDrain();
  }
}
