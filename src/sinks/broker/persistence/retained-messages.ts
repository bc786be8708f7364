import { matchesFilter } from '../topic-filter.ts';
import type { Journal } from './journal.ts';
import { keys } from './keys.ts';
import { encodeMessage, type MessagePacket } from './stored-packets.ts';

export interface RetainedLimits {
  /** Topics of clients that may have one. */
  readonly retainedMessages: number;
  /** Of them all together, topics and payloads, bytes. */
  readonly retainedBytes: number;
}

/** The last retained message of every topic (MQTT 3.1.1, section 3.3.1.3). */
export class RetainedMessages {
  readonly #limits: RetainedLimits;
  readonly #byTopic = new Map<string, MessagePacket>();
  readonly #own = new Set<string>();
  /** What clients retain: messages and bytes. */
  #messages = 0;
  #bytes = 0;

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#byTopic.size;
  }

  /** Names a topic of the appliance's own: always kept, and not written. */
  addOwnTopic(topic: string): void {
    const before = this.#byTopic.get(topic);
    if (before) this.#count(before, -1);
    this.#own.add(topic);
  }

  isOwn(topic: string): boolean {
    return this.#own.has(topic);
  }

  has(topic: string): boolean {
    return this.#byTopic.has(topic);
  }

  /** Whether there is room for this message; an empty one only takes another away. */
  hasRoomFor(packet: MessagePacket): boolean {
    if (packet.payload.length === 0 || this.#own.has(packet.topic)) return true;
    const before = this.#byTopic.get(packet.topic);
    const messages = this.#messages + (before ? 0 : 1);
    const bytes = this.#bytes + sizeOf(packet) - (before ? sizeOf(before) : 0);
    return messages <= this.#limits.retainedMessages && bytes <= this.#limits.retainedBytes;
  }

  /** Keeps the message; an empty one takes the last of its topic away. */
  set(packet: MessagePacket): void {
    const before = this.#byTopic.get(packet.topic);
    if (before) this.#count(before, -1);
    if (packet.payload.length === 0) this.#byTopic.delete(packet.topic);
    else {
      this.#byTopic.set(packet.topic, packet);
      this.#count(packet, 1);
    }
  }

  /** Every message whose topic one of the filters names; once for each filter. */
  *matching(filters: readonly string[]): Generator<MessagePacket> {
    for (const filter of filters) {
      if (!/[+#]/.test(filter)) {
        const packet = this.#byTopic.get(filter);
        if (packet) yield packet;
        continue;
      }
      for (const [topic, packet] of this.#byTopic) {
        if (matchesFilter(filter, topic)) yield packet;
      }
    }
  }

  /** Writes everything, after the disk was away. */
  writeAll(journal: Journal): void {
    for (const packet of this.#byTopic.values()) {
      if (this.#own.has(packet.topic)) continue;
      journal.put(keys.retained(packet.topic), encodeMessage(packet), 'lazy');
    }
  }

  #count(packet: MessagePacket, sign: 1 | -1): void {
    if (this.#own.has(packet.topic)) return;
    this.#messages += sign;
    this.#bytes += sign * sizeOf(packet);
  }
}

function sizeOf({ topic, payload }: MessagePacket): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload);
}
