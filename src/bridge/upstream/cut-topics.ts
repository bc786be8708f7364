/** So many connections that were cut before anything arrived are no accident. */
const cutsBeforeCaution = 2;
/** So often a connection is cut at one topic before the topic is left out. */
const cutsAtTopic = 2;
/** Topics that are remembered. Host names are part of some. */
const mostTopics = 200;
/** A topic that is left out is tried again after so long (ms): the conclusion may be wrong. */
const leftOutMs = 24 * 60 * 60 * 1000;

/**
 * Finds the topics at which a broker cuts the connection without a word, as some do in MQTT 3.1.1
 * where a topic is not allowed, or holds a character that they don't know (NATS 2.9: a dot).
 */
export class CutTopics {
  readonly #leftOut = new Map<string, number>();
  #cuts = 0;
  #suspect = { topic: '', cuts: 0 };

  /** Whether messages have to go one by one, so that the one that is to blame is known. */
  get isCautious(): boolean {
    return this.#cuts >= cutsBeforeCaution;
  }

  /** Something has arrived, and was removed. */
  delivered(): void {
    this.#cuts = 0;
  }

  /**
   * The connection was cut.
   * @param topic where messages went one by one: that of the one under way
   * @returns whether the topic is left out from here on
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
