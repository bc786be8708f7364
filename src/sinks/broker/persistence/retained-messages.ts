import { matchesFilter } from '../topic-filter.ts';
import type { Journal } from './journal.ts';
import { keys } from './keys.ts';
import { encodeMessage, type MessagePacket } from './stored-packets.ts';

export interface RetainedLimits {
  readonly retainedMessages: number;
  readonly retainedBytes: number;
}

/** The last retained message of every topic (MQTT 3.1.1, section 3.3.1.3). */
export class RetainedMessages {
  /** Messages that were not kept because there are too many. */
  refused = 0;
  /** Payloads and topics of those that clients published, bytes. */
  bytes = 0;
  readonly #limits: RetainedLimits;
  readonly #byTopic = new Map<string, MessagePacket>();
  readonly #own = new Set<string>();

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#byTopic.size;
  }

  /** Names a topic of the appliance's own, for which there is always room. */
  addOwnTopic(topic: string): void {
    if (this.#own.has(topic)) return;
    this.#own.add(topic);
    this.bytes -= sizeOf(this.#byTopic.get(topic));
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
    const bytes = this.bytes - sizeOf(before) + sizeOf(packet);
    const count = this.count + (before ? 0 : 1) - this.#own.size;
    return bytes <= this.#limits.retainedBytes && count <= this.#limits.retainedMessages;
  }

  /** Keeps the message; an empty one takes the last of its topic away. */
  set(packet: MessagePacket): void {
    const { topic } = packet;
    if (!this.#own.has(topic)) this.bytes -= sizeOf(this.#byTopic.get(topic));
    if (packet.payload.length === 0) {
      this.#byTopic.delete(topic);
      return;
    }
    if (!this.#own.has(topic)) this.bytes += sizeOf(packet);
    this.#byTopic.set(topic, packet);
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
}

function sizeOf(packet: MessagePacket | undefined): number {
  return packet ? Buffer.byteLength(packet.topic) + Buffer.byteLength(packet.payload) : 0;
}
