import { type Clock, earliestTime } from '../../platform/clock.ts';
import type { MessagePacket } from './stored-packets.ts';

/**
 * How long kept messages are still wanted (MQTT 5, section 3.3.2.3.3). While the program runs the
 * clock that only grows counts, for a Raspberry Pi may be told the time of day at any moment; over a
 * restart the time of day counts, which is what is on disk.
 */
export class MessageExpiry {
  readonly #clock: Clock;
  /** By the clock that only grows, ms. */
  readonly #expiresMs = new WeakMap<MessagePacket, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes when a message expires that has come just now. */
  begin(packet: MessagePacket): void {
    const lifetimeMs = lifetimeOf(packet);
    if (lifetimeMs === undefined) return;
    packet.messageExpiry ??= this.#clock.now().getTime() + lifetimeMs;
    this.#expiresMs.set(packet, this.#clock.monotonicMs() + lifetimeMs);
  }

  /** The same for a message that an earlier run kept. Returns it. */
  resume(packet: MessagePacket): MessagePacket {
    const lifetimeMs = lifetimeOf(packet);
    if (lifetimeMs !== undefined && packet.messageExpiry !== undefined) {
      const leftMs = this.#leftOverRestart(packet.messageExpiry, lifetimeMs);
      this.#expiresMs.set(packet, this.#clock.monotonicMs() + leftMs);
    }
    return packet;
  }

  isExpired(packet: MessagePacket): boolean {
    const expiresMs = this.#expiresMs.get(packet);
    return expiresMs !== undefined && this.#clock.monotonicMs() >= expiresMs;
  }

  /** The message's properties as they are to be sent now: less the time that it has waited. */
  currentProperties(packet: MessagePacket): MessagePacket['properties'] {
    const expiresMs = this.#expiresMs.get(packet);
    if (expiresMs === undefined) return packet.properties;
    const leftMs = Math.max(0, expiresMs - this.#clock.monotonicMs());
    return { ...packet.properties, messageExpiryInterval: Math.ceil(leftMs / 1000) };
  }

  /** A time of day that is not known tells nothing: the message then has its whole life again. */
  #leftOverRestart(expiresAt: number, lifetimeMs: number): number {
    const now = this.#clock.now().getTime();
    const cameAt = expiresAt - lifetimeMs;
    if (cameAt < earliestTime || now < cameAt) return lifetimeMs;
    return expiresAt - now;
  }
}

/** Ms; undefined when the message does not expire. */
function lifetimeOf({ properties }: MessagePacket): number | undefined {
  const seconds = properties?.['messageExpiryInterval'];
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}
