import type { Journal } from './journal.ts';
import { keys } from './keys.ts';
import type { MessagePacket } from './stored-packets.ts';

/**
 * QoS 2 messages that clients have sent and not yet released: what comes again under the same packet
 * identifier is not passed on again (MQTT 3.1.1, section 4.3.3).
 */
export class Incoming {
  readonly #byClient = new Map<string, Map<number, MessagePacket | 'accepted'>>();
  readonly #limit: number;
  readonly #journal: Journal;

  /** @param limit how many a client may have open */
  constructor(limit: number, journal: Journal) {
    this.#limit = limit;
    this.#journal = journal;
  }

  /** Whether the message was accepted before. */
  isKnown(clientId: string, messageId: number): boolean {
    return this.#byClient.get(clientId)?.has(messageId) ?? false;
  }

  /**
   * Notes a message before the broker has it.
   * @throws when the client has too many open
   */
  accept(clientId: string, messageId: number, outlivesConnection: boolean): void {
    this.#set(clientId, messageId, 'accepted');
    if (outlivesConnection) this.#journal.put(keys.incoming(clientId, messageId), '', 'promised');
  }

  /** @throws when the client has too many open (Aedes then closes the connection) */
  store(clientId: string, packet: MessagePacket): void {
    const { cmd = 'publish', topic, payload, qos, retain = false, messageId } = packet;
    const stored = { cmd, topic, payload, qos, dup: false, retain, messageId };
    this.#set(clientId, messageId ?? 0, stored);
  }

  /** The message, when the broker has it. */
  get(clientId: string, messageId: number): MessagePacket | undefined {
    const packet = this.#byClient.get(clientId)?.get(messageId);
    return packet === 'accepted' ? undefined : packet;
  }

  /** The client releases a message. Resolves when a power cut can't bring it back. */
  async release(clientId: string, messageId: number): Promise<void> {
    const open = this.#byClient.get(clientId);
    if (!open?.delete(messageId)) return;
    if (open.size === 0) this.#byClient.delete(clientId);
    const key = keys.incoming(clientId, messageId);
    if (this.#journal.mayHold(key)) {
      // Were it still known, the next message under this identifier would be dropped.
      this.#journal.put(key, undefined, 'promised');
      await this.#journal.written();
    }
  }

  /** Takes in what an earlier run left. */
  load(clientId: string, messageId: number): void {
    if (this.isKnown(clientId, messageId)) return;
    this.#set(clientId, messageId, { topic: '', payload: '', qos: 2, messageId });
  }

  /** Forgets all of a client's. */
  clear(clientId: string): void {
    for (const messageId of this.#byClient.get(clientId)?.keys() ?? []) {
      this.#journal.put(keys.incoming(clientId, messageId), undefined, 'lazy');
    }
    this.#byClient.delete(clientId);
  }

  #set(clientId: string, messageId: number, packet: MessagePacket | 'accepted'): void {
    const open = this.#byClient.get(clientId) ?? new Map();
    if (!open.has(messageId) && open.size >= this.#limit) {
      throw new Error(`more than ${this.#limit} QoS 2 messages are not released`);
    }
    open.set(messageId, packet);
    this.#byClient.set(clientId, open);
  }
}
