import { type Clock, earliestTime } from '../../platform/clock.ts';
import type { MessagePacket } from './stored-packets.ts';

/**
 * How long kept messages are still wanted (MQTT 5, section 3.3.2.3.3). While the program runs, this
 * uses the monotonic clock, because the time of day of a Raspberry Pi may be set at any moment;
 * across a restart it uses the time of day, which is stored on disk.
 */
export class MessageExpiry {
  readonly #clock: Clock;
  /** By the monotonic clock, ms. */
  readonly #expiresMs = new WeakMap<MessagePacket, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes when a message that has just arrived expires. */
  begin(packet: MessagePacket): void {
    const lifetimeMs = lifetimeOf(packet);
    if (lifetimeMs === undefined) return;
    packet.messageExpiry ??= this.#clock.now().getTime() + lifetimeMs;
    this.#expiresMs.set(packet, this.#clock.monotonicMs() + lifetimeMs);
  }

  /** The same for a message kept by an earlier run. Returns it. */
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

  /** The message's properties as they must be sent now: reduced by the time it has waited. */
  currentProperties(packet: MessagePacket): MessagePacket['properties'] {
    const expiresMs = this.#expiresMs.get(packet);
    if (expiresMs === undefined) return packet.properties;
    const leftMs = Math.max(0, expiresMs - this.#clock.monotonicMs());
    return { ...packet.properties, messageExpiryInterval: Math.ceil(leftMs / 1000) };
  }

  /** If the time of day is unknown, the message gets its whole lifetime again. */
  #leftOverRestart(expiresAt: number, lifetimeMs: number): number {
    const now = this.#clock.now().getTime();
    const cameAt = expiresAt - lifetimeMs;
    if (cameAt < earliestTime || now < cameAt) return lifetimeMs;
    return expiresAt - now;
  }
}

/** Ms; undefined if the message does not expire. */
function lifetimeOf({ properties }: MessagePacket): number | undefined {
  const seconds = properties?.['messageExpiryInterval'];
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}
