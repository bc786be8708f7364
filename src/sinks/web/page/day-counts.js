/** @typedef {import('../../../events/user-event.ts').EventKind} EventKind */

const minuteMs = 60_000;

/**
 * @typedef {{ fromMs: number, toMs: number, opened: number, closed: number }} Span
 *   How many apps were opened and closed in a stretch of time (ms since 1970).
 */

/** How many apps were opened and closed in each minute of the last day. */
export class DayCounts {
  #firstMinute = 0;
  /** @type {number[]} */
  #opened = [];
  /** @type {number[]} */
  #closed = [];

  /** Takes the answer of `/api/history`. @param {import('../history.ts').DayOfEvents} day */
  fill({ since, counts }) {
    this.#firstMinute = Math.floor(Date.parse(since) / minuteMs);
    this.#opened = [...counts['connection-open']];
    this.#closed = [...counts['connection-close']];
  }

  /** @param {EventKind} kind @param {number} timeMs */
  add(kind, timeMs) {
    const counts = { 'connection-open': this.#opened, 'connection-close': this.#closed }[
      String(kind)
    ];
    const index = Math.floor(timeMs / minuteMs) - this.#firstMinute;
    if (counts && index >= 0) counts[index] = (counts[index] ?? 0) + 1;
  }

  /**
   * The figures up to now, summed up over spans of so many minutes. Spans end at full hours, so
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
