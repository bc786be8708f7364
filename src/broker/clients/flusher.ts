import type { Clock } from '../../platform/clock.ts';

/**
 * The number of writes between checks of the time; each takes about 5 µs, and the next datagram
 * waits.
 */
const writesBetweenLooks = 125;

/** How long the writes of one turn take at most, ms. */
const turnMs = 1;

/** What is about to be sent to one client. */
interface Outgoing {
  readonly gate: { endPacket(): void };
  readonly pending: readonly Buffer[];
  flush(joined?: Buffer): void;
}

/**
 * Sends the bytes for all clients at the end of a turn of the event loop, or on request: one write
 * for each client, however many messages it gets. Clients that get the same messages share the same
 * bytes.
 */
export class Flusher {
  #waiting: Outgoing[] = [];
  #isScheduled = false;
  readonly #isWaiting = new Set<Outgoing>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(outgoing: Outgoing): void {
    if (this.#isWaiting.has(outgoing)) return;
    this.#isWaiting.add(outgoing);
    this.#waiting.push(outgoing);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#flushInNewTurn);
  }

  flush(): void {
    const startedMs = this.#waiting.length > writesBetweenLooks ? this.#clock.monotonicMs() : 0;
    while (this.#waiting.length > 0) {
      this.#write(this.#waiting.splice(0, writesBetweenLooks));
      if (this.#waiting.length > 0 && this.#clock.monotonicMs() - startedMs >= turnMs) {
        this.#schedule();
        return;
      }
    }
  }

  #write(waiting: readonly Outgoing[]): void {
    for (const outgoing of waiting) this.#isWaiting.delete(outgoing);
    let last: readonly Buffer[] = [];
    let joined = Buffer.alloc(0);
    for (const outgoing of waiting) {
      outgoing.gate.endPacket();
      const { pending } = outgoing;
      if (pending.length < 2) outgoing.flush();
      else {
        if (!isSame(pending, last)) joined = Buffer.concat(pending);
        last = pending;
        outgoing.flush(joined);
      }
    }
  }

  readonly #flushInNewTurn = (): void => {
    this.#isScheduled = false;
    this.flush();
  };
}

function isSame(some: readonly Buffer[], others: readonly Buffer[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
