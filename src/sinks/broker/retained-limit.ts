export interface RetainedLimits {
  readonly retainedMessages: number;
  /** Of all payloads together, bytes. */
  readonly retainedBytes: number;
}

/** Counts what is retained, so that clients can't fill the memory with it. */
export class RetainedLimit {
  readonly #limits: RetainedLimits;
  readonly #bytesByTopic = new Map<string, number>();
  #bytes = 0;

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  get messages(): number {
    return this.#bytesByTopic.size;
  }

  /** Takes note of a message that is retained; an empty one takes the retained one away. */
  note(topic: string, bytes: number): void {
    this.#bytes += bytes - (this.#bytesByTopic.get(topic) ?? 0);
    if (bytes === 0) this.#bytesByTopic.delete(topic);
    else this.#bytesByTopic.set(topic, bytes);
  }

  /** Whether there is room to retain so many bytes on a topic. */
  hasRoom(topic: string, bytes: number): boolean {
    if (bytes === 0) return true;
    const known = this.#bytesByTopic.get(topic);
    const { retainedMessages, retainedBytes } = this.#limits;
    return (
      (known !== undefined || this.#bytesByTopic.size < retainedMessages) &&
      this.#bytes + bytes - (known ?? 0) <= retainedBytes
    );
  }
}
