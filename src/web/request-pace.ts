/** Requests whose handling begins in one turn of the event loop. */
const mostPerTurn = 4;

/** Begins few requests in a turn of the event loop, so that lights and broker get their turns. */
export class RequestPace {
  readonly #waiting: (() => void)[] = [];
  #begun = 0;
  #isTurnScheduled = false;

  /** Calls `handle` now, or in one of the next turns. */
  run(handle: () => void): void {
    if (this.#waiting.length > 0 || this.#begun >= mostPerTurn) {
      this.#waiting.push(handle);
      return;
    }
    this.#begin(handle);
  }

  #begin(handle: () => void): void {
    this.#begun += 1;
    if (!this.#isTurnScheduled) {
      this.#isTurnScheduled = true;
      setImmediate(() => this.#turn());
    }
    handle();
  }

  #turn(): void {
    this.#isTurnScheduled = false;
    this.#begun = 0;
    for (const handle of this.#waiting.splice(0, mostPerTurn)) this.#begin(handle);
  }
}
