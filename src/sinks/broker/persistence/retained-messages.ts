import { matchesFilter } from '../topic-filter.ts';
import type { Journal } from './journal.ts';
import { keys } from './keys.ts';
import { encodeMessage, type MessagePacket } from './stored-packets.ts';

/** The last retained message of every topic (MQTT 3.1.1, section 3.3.1.3). */
export class RetainedMessages {
  readonly #byTopic = new Map<string, MessagePacket>();
  readonly #own = new Set<string>();

  /** Names a topic of the appliance's own, which is not written. */
  addOwnTopic(topic: string): void {
    this.#own.add(topic);
  }

  isOwn(topic: string): boolean {
    return this.#own.has(topic);
  }

  has(topic: string): boolean {
    return this.#byTopic.has(topic);
  }

  /** Keeps the message; an empty one takes the last of its topic away. */
  set(packet: MessagePacket): void {
    if (packet.payload.length === 0) this.#byTopic.delete(packet.topic);
    else this.#byTopic.set(packet.topic, packet);
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
