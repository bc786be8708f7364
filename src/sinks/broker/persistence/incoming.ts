import type { MessagePacket } from './stored-packets.ts';

/** Packet identifiers of QoS 2 messages that a client has sent and not yet released. */
export class Incoming {
  readonly #byClient = new Map<string, Map<number, MessagePacket | 'accepted'>>();
  readonly #limit: number;

  /** @param limit how many a client may have open */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the message was accepted before: what comes again is not passed on again. */
  isKnown(clientId: string, messageId: number): boolean {
    return this.#byClient.get(clientId)?.has(messageId) ?? false;
  }

  /**
   * @param packet left out: accepted, and not yet handed to the broker
   * @throws when the client has too many open (Aedes then closes the connection)
   */
  set(clientId: string, messageId: number, packet: MessagePacket | 'accepted'): void {
    const open = this.#byClient.get(clientId) ?? new Map();
    if (!open.has(messageId) && open.size >= this.#limit) {
      throw new Error(`more than ${this.#limit} QoS 2 messages are not released`);
    }
    open.set(messageId, packet);
    this.#byClient.set(clientId, open);
  }

  get(clientId: string, messageId: number): MessagePacket | undefined {
    const packet = this.#byClient.get(clientId)?.get(messageId);
    return packet === 'accepted' ? undefined : packet;
  }

  delete(clientId: string, messageId: number): boolean {
    const open = this.#byClient.get(clientId);
    if (!open?.delete(messageId)) return false;
    if (open.size === 0) this.#byClient.delete(clientId);
    return true;
  }

  /** Forgets a client's; returns their identifiers. */
  clear(clientId: string): number[] {
    const open = this.#byClient.get(clientId);
    this.#byClient.delete(clientId);
    return [...(open?.keys() ?? [])];
  }
}
