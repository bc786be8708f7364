/** @typedef {import('../../events/kinds.ts').EventKind} EventKind */

const minuteMs = 60_000;

/**
 * @typedef {{ fromMs: number, toMs: number, opened: number, closed: number }} Span
 *   How many apps were opened and closed in a stretch of time (ms since 1970).
 */

/** @typedef {{ id: string, kind: EventKind, receivedAt: string }} ReceivedEvent */

/** More than are on their way between an answer and the broker. */
const mostReceived = 500;

/**
 * How many apps were opened and closed in each minute of the last day: as `/api/history` answers,
 * and with every event that is received. Either may be ahead of the other, and both include events in
 * the same order.
 */
export class DayCounts {
  #firstMinute = 0;
  /** @type {number[]} */
  #opened = [];
  /** @type {number[]} */
  #closed = [];
  /** The events received last, oldest first. @type {ReceivedEvent[]} */
  #received = [];
  /** Events that the answer has counted. @type {Set<string>} */
  #latest = new Set();

  /** Some events may have been missed: only a response of the server can tell now. */
  restart() {
    this.#received = [];
  }

  /** Takes the answer of `/api/history`. @param {import('../routes/events.ts').CountedEvents} day */
  fill({ since, counts, latest }) {
    this.#firstMinute = Math.floor(Date.parse(since) / minuteMs);
    this.#opened = [...counts['connection-open']];
    this.#closed = [...counts['connection-close']];
    this.#latest = new Set(latest);
    const lastCounted = this.#received.findLastIndex(({ id }) => this.#latest.has(id));
    for (const event of this.#received.slice(lastCounted + 1)) this.#count(event);
  }

  /** Counts an event, unless an answer has done so. @param {ReceivedEvent} event */
  add(event) {
    this.#received.push(event);
    if (this.#received.length > mostReceived) this.#received.shift();
    if (!this.#latest.has(event.id)) this.#count(event);
  }

  /**
   * The counts up to now, summed up over spans of so many minutes. Spans end at full hours, so
   * that a bar does not change its meaning each minute; the last one has not ended yet.
   * @param {{ spans: number, minutesPerSpan: number, nowMs: number }} wanted
   * @returns {Span[]}
   */
  spans({ spans, minutesPerSpan, nowMs }) {
    const nowMinute = Math.floor(nowMs / minuteMs);
    const end = (Math.floor(nowMinute / minutesPerSpan) + 1) * minutesPerSpan;
    return Array.from({ length: spans }, (_, index) => {
      const from = end - (spans - index) * minutesPerSpan;
      const to = from + minutesPerSpan;
      return {
        fromMs: from * minuteMs,
        toMs: to * minuteMs,
        opened: this.#sum(this.#opened, from, to),
        closed: this.#sum(this.#closed, from, to),
      };
    });
  }

  /** @param {ReceivedEvent} event */
  #count({ kind, receivedAt }) {
    const counts = { 'connection-open': this.#opened, 'connection-close': this.#closed }[
      String(kind)
    ];
    const index = Math.floor(Date.parse(receivedAt) / minuteMs) - this.#firstMinute;
    if (counts && index >= 0) counts[index] = (counts[index] ?? 0) + 1;
  }

  /** @param {readonly number[]} counts @param {number} from @param {number} to */
  #sum(counts, from, to) {
    let sum = 0;
    for (let minute = from; minute < to; minute += 1)
      sum += counts[minute - this.#firstMinute] ?? 0;
    return sum;
  }
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that is not below `most`: the top of an axis. @param {number} most */
export function niceTop(most) {
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) if (step * power >= most) return step * power;
  }
}
