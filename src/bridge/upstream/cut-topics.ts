/** This many connections closed before anything was delivered are no accident. */
const cutsBeforeCaution = 2;
/** How often a connection is closed at one topic before the topic is skipped. */
const cutsAtTopic = 2;
/** Maximum number of topics kept. Some contain host names. */
const mostTopics = 200;
/** A skipped topic is tried again after this time (ms): the conclusion may be wrong. */
const leftOutMs = 24 * 60 * 60 * 1000;

/**
 * Finds the topics at which a broker closes the connection without a reason, as some do in MQTT
 * 3.1.1 if a topic is not allowed or contains a character they don't support (NATS 2.9: a dot).
 */
export class CutTopics {
  readonly #leftOut = new Map<string, number>();
  #cuts = 0;
  #suspect = { topic: '', cuts: 0 };

  /** Whether to send messages one by one, to find out which one causes it. */
  get isCautious(): boolean {
    return this.#cuts >= cutsBeforeCaution;
  }

  /** Something was delivered, and removed. */
  delivered(): void {
    this.#cuts = 0;
  }

  /**
   * The connection was closed.
   * @param topic if messages were sent one by one: that of the message in flight
   * @returns whether the topic is skipped from now on
   */
  cut(topic: string | undefined, nowMs: number): boolean {
    this.#cuts += 1;
    if (topic === undefined) return false;
    const cuts = this.#suspect.topic === topic ? this.#suspect.cuts + 1 : 1;
    this.#suspect = { topic, cuts };
    if (cuts < cutsAtTopic || this.#leftOut.size >= mostTopics) return false;
    this.#leftOut.set(topic, nowMs);
    return true;
  }

  isLeftOut(topic: string, nowMs: number): boolean {
    const since = this.#leftOut.get(topic);
    if (since === undefined) return false;
    if (nowMs - since < leftOutMs) return true;
    this.#leftOut.delete(topic);
    return false;
  }
}
