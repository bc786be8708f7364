const tilde = '~'.charCodeAt(0);

/** Time on the clock that all processes of the machine share, ns. */
export const nowNs = () => Number(process.hrtime.bigint());

/**
 * Counts what arrives, and how late, going by the time of sending in it
 * (`~<16 hex digits, ns of CLOCK_MONOTONIC>~`).
 */
export class Arrivals {
  #total = 0;
  #firstNs = 0;
  #lastNs = 0;
  /** In µs. */
  #latencies = [];

  get total() {
    return this.#total;
  }

  get lastNs() {
    return this.#lastNs;
  }

  /** @param {Buffer} bytes */
  add(bytes) {
    const now = nowNs();
    this.#total += 1;
    if (this.#firstNs === 0) this.#firstNs = now;
    this.#lastNs = now;
    const at = bytes.indexOf(tilde);
    if (at < 0) return;
    const sentNs = Number.parseInt(bytes.latin1Slice(at + 1, at + 17), 16);
    this.#latencies.push((now - sentNs) / 1000);
  }

  reset() {
    this.#total = this.#firstNs = this.#lastNs = 0;
    this.#latencies = [];
  }

  /**
   * The answer to a command: `reset`, `count` or `report`.
   * @param {string} command
   */
  obey(command) {
    if (command === 'reset') {
      this.reset();
      return {};
    }
    return command === 'report' ? { ...this.count(), ...this.percentiles() } : this.count();
  }

  count() {
    const { total, firstNs, lastNs } = {
      total: this.#total,
      firstNs: this.#firstNs,
      lastNs: this.#lastNs,
    };
    return { least: total, total, firstNs, lastNs, closed: 0 };
  }

  percentiles() {
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (share) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
    return { p50Us: at(0.5), p95Us: at(0.95), p99Us: at(0.99), maxUs: at(1) };
  }
}
