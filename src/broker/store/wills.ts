import type { Journal } from './journal.ts';
import { keys } from './stored-keys.ts';
import { decodeMessage, encodeMessage, type MessagePacket } from './stored-packets.ts';

/** A will as Aedes stores it (MQTT 3.1.1, section 3.1.2.5). */
export interface WillPacket extends MessagePacket {
  brokerId?: string | undefined;
  clientId?: string;
}

/**
 * The wills of connected clients. They are stored on disk, because a broker that fails may publish
 * them after its restart (MQTT 3.1.1, section 3.1.2.5; the same in MQTT 5), and nothing else can
 * report that those clients are gone.
 */
export class Wills {
  readonly #journal: Journal;
  readonly #byClient = new Map<string, WillPacket>();
  /** Of clients that were connected when an earlier run ended. */
  readonly #left = new Map<string, WillPacket>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  put(clientId: string, packet: WillPacket): void {
    this.#byClient.set(clientId, packet);
    this.#journal.put(keys.will(clientId), encodeMessage(packet), 'lazy');
  }

  get(clientId: string): WillPacket | undefined {
    return this.#byClient.get(clientId);
  }

  delete(clientId: string): WillPacket | undefined {
    const will = this.#byClient.get(clientId);
    this.#byClient.delete(clientId);
    if (will) this.#journal.put(keys.will(clientId), undefined, 'lazy');
    return will;
  }

  *ofOthersThan(brokers: Readonly<Record<string, unknown>>): Generator<WillPacket> {
    for (const will of this.#byClient.values()) {
      if (brokers[will.brokerId ?? ''] === undefined) yield will;
    }
  }

  load(clientId: string, text: string): void {
    if (!this.#byClient.has(clientId))
      this.#left.set(clientId, { ...decodeMessage(text), clientId });
  }

  writeAll(): void {
    for (const [clientId, will] of this.#byClient) {
      this.#journal.put(keys.will(clientId), encodeMessage(will), 'lazy');
    }
  }

  left(): WillPacket[] {
    return [...this.#left.values()];
  }

  /** Whether this will must still be published; removes it. */
  takeLeft(will: WillPacket): boolean {
    const { clientId = '' } = will;
    if (this.#left.get(clientId) !== will) return false;
    this.#left.delete(clientId);
    this.#journal.put(keys.will(clientId), undefined, 'lazy');
    return true;
  }

  /** A client is back: its will must not be published. */
  forgetLeft(clientId: string): void {
    const will = this.#left.get(clientId);
    if (!will) return;
    this.#left.delete(clientId);
    if (!this.#byClient.has(clientId)) this.#journal.put(keys.will(clientId), undefined, 'lazy');
  }
}
