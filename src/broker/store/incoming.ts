import type { Journal, Payer } from './journal.ts';
import { bytesOfContent } from './queue-bytes.ts';
import { keys } from './stored-keys.ts';
import type { MessagePacket } from './stored-packets.ts';

/**
 * Payloads are kept up to this total, bytes: Aedes asks whether a message is there, not for its
 * content.
 */
const mostBytes = 1_048_576;

/**
 * QoS 2 messages that clients have sent and not yet released: a message repeated with the same
 * packet identifier is not passed on again (MQTT 3.1.1, section 4.3.3).
 */
export class Incoming {
  readonly #byClient = new Map<string, Map<number, MessagePacket | 'accepted'>>();
  readonly #limit: number;
  readonly #journal: Journal;
  /** The topics and payloads of all of them. */
  #bytes = 0;

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
   * @throws if the client has too many open
   */
  accept(
    clientId: string,
    messageId: number,
    outlivesConnection: boolean,
    payer: Payer | undefined,
  ): void {
    this.#set(clientId, messageId, 'accepted');
    if (outlivesConnection) {
      this.#journal.put(keys.incoming(clientId, messageId), '', 'promised', payer);
    }
  }

  /** @throws if the client has too many open (Aedes then closes the connection) */
  store(clientId: string, packet: MessagePacket): void {
    const { cmd = 'publish', topic, payload, qos, retain = false, messageId } = packet;
    const hasRoom = this.#bytes + bytesOfContent(packet) <= mostBytes;
    const stored = {
      cmd,
      topic,
      payload: hasRoom ? payload : '',
      qos,
      dup: false,
      retain,
      messageId,
    };
    this.#set(clientId, messageId ?? 0, stored);
  }

  /** The message, if the broker has it. */
  get(clientId: string, messageId: number): MessagePacket | undefined {
    const packet = this.#byClient.get(clientId)?.get(messageId);
    return packet === 'accepted' ? undefined : packet;
  }

  /** The client releases a message. Resolves when a power cut can't bring it back. */
  async release(clientId: string, messageId: number): Promise<void> {
    const open = this.#byClient.get(clientId);
    const released = open?.get(messageId);
    if (!open || !released) return;
    open.delete(messageId);
    this.#bytes -= bytesOf(released);
    if (open.size === 0) this.#byClient.delete(clientId);
    const key = keys.incoming(clientId, messageId);
    if (this.#journal.mayHold(key)) {
      // If it were still known, the next message with this identifier would be dropped.
      this.#journal.put(key, undefined, 'promised');
      await this.#journal.written();
    }
  }

  /** Loads what an earlier run left. */
  load(clientId: string, messageId: number): void {
    if (this.isKnown(clientId, messageId)) return;
    this.#set(clientId, messageId, { topic: '', payload: '', qos: 2, messageId });
  }

  /** Clears all messages of a client. */
  clear(clientId: string): void {
    for (const [messageId, packet] of this.#byClient.get(clientId) ?? []) {
      this.#bytes -= bytesOf(packet);
      this.#journal.put(keys.incoming(clientId, messageId), undefined, 'lazy');
    }
    this.#byClient.delete(clientId);
  }

  #set(clientId: string, messageId: number, packet: MessagePacket | 'accepted'): void {
    const open = this.#byClient.get(clientId) ?? new Map();
    if (!open.has(messageId) && open.size >= this.#limit) {
      throw new Error(`more than ${this.#limit} unreleased QoS 2 messages`);
    }
    this.#bytes += bytesOf(packet) - bytesOf(open.get(messageId));
    open.set(messageId, packet);
    this.#byClient.set(clientId, open);
  }
}

const bytesOf = (packet: MessagePacket | 'accepted' | undefined): number =>
  packet === undefined || packet === 'accepted' ? 0 : bytesOfContent(packet);
