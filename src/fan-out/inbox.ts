import type { UserEvent } from '../events/user-event.ts';
import type { Log } from '../platform/log.ts';
import type { Sink } from './sink.ts';

export interface InboxOptions {
  readonly sink: Pick<Sink, 'name' | 'accept' | 'flush'>;
  /** How many events may wait; when one more comes, the oldest goes and is counted. */
  readonly capacity: number;
  /** Told about a sink that threw or rejected; the event it was given counts as failed. */
  readonly onFailure: (error: unknown) => void;
  /** Speaks for the sink. */
  readonly log: Log;
}

/** Gives the event loop a chance to read the next datagrams after so many events. */
const eventsPerTurn = 64;

/**
 * The queue in front of one sink. Events wait here while the sink starts or is busy, so a slow,
 * stuck or throwing sink keeps nobody else waiting.
 */
export class Inbox {
  /** Events that went because the inbox was full. */
  dropped = 0;
  /** Events during which the sink threw or rejected. */
  failed = 0;
  readonly #options: InboxOptions;
  // What stood before #head is handed over; only the rest is waiting.
  #queue: (UserEvent | undefined)[] = [];
  #head = 0;
  #open = false;
  #draining = false;
  #handedThisTurn = 0;
  #onEmpty: (() => void)[] = [];

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.sink.name;
  }

  get length(): number {
    return this.#queue.length - this.#head;
  }

  put(event: UserEvent): void {
    if (this.length >= this.#options.capacity) {
      const { id } = this.#take();
      this.dropped += 1;
      this.#options.log.debug?.(`${id} dropped: too many events wait`);
    }
    this.#queue.push(event);
    this.#wake();
  }

  /** Begins handing events over; until then they wait. */
  open(): void {
    this.#open = true;
    this.#wake();
  }

  /** Resolves when nothing waits and the sink is not busy, or when `deadline` aborts. */
  async drained(deadline: AbortSignal): Promise<void> {
    if (!this.#open || (this.length === 0 && !this.#draining) || deadline.aborted) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty.push(resolve);
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #wake(): void {
    if (this.#draining || !this.#open || this.length === 0) return;
    this.#draining = true;
    setImmediate(this.#drainInNewTurn);
  }

  readonly #drainInNewTurn = (): void => {
    this.#handedThisTurn = 0;
    this.#drain();
  };

  // No async function: a promise for each event would cost more than most sinks do.
  readonly #drain = (): void => {
    while (this.length > 0) {
      if (this.#handedThisTurn === eventsPerTurn) {
        setImmediate(this.#drainInNewTurn);
        this.#flush();
        return;
      }
      this.#handedThisTurn += 1;
      try {
        const event = this.#take();
        this.#options.log.debug?.(`${event.id} handed over`);
        const busy = this.#options.sink.accept(event);
        if (busy) {
          void busy.catch((error: unknown) => this.#sinkFailed(error)).then(this.#drain);
          return;
        }
      } catch (error) {
        this.#sinkFailed(error);
      }
    }
    this.#draining = false;
    this.#flush();
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  };

  #flush(): void {
    try {
      this.#options.sink.flush?.();
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  #sinkFailed(error: unknown): void {
    this.failed += 1;
    this.#options.onFailure(error);
  }

  #take(): UserEvent {
    const event = this.#queue[this.#head];
    if (event === undefined) throw new Error('the inbox is empty');
    // Whoever is done with it must not find it kept here: it would outlive its youth.
    this.#queue[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    return event;
  }
}
