import type { UserEvent } from '../events/user-event.ts';
import type { Log } from '../platform/log.ts';
import type { Sink } from './sink.ts';

export interface InboxOptions {
  readonly sink: Pick<Sink, 'name' | 'accept' | 'flush'>;
  /** How many events may wait; when it is exceeded, the oldest is dropped and counted. */
  readonly capacity: number;
  /** Called when the sink threw or rejected; the event counts as failed. */
  readonly onFailure: (error: unknown) => void;
  /** The sink's log. */
  readonly log: Log;
}

/** After this many events, the event loop may read the next datagrams. */
const eventsPerTurn = 64;

/**
 * The queue of one sink. Events wait here while the sink starts or is busy, so a slow, stuck or
 * failing sink doesn't delay anything else.
 */
export class Inbox {
  /** Events dropped because the inbox was full. */
  dropped = 0;
  /** Events for which the sink threw or rejected. */
  failed = 0;
  readonly #options: InboxOptions;
  // Events before #head have been passed on; only the rest is waiting.
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
      this.#options.log.debug?.(`${id} dropped: too many events are waiting`);
    }
    this.#queue.push(event);
    this.#wake();
  }

  /** Starts passing events on; until then they wait. */
  open(): void {
    this.#open = true;
    this.#wake();
  }

  /** Resolves when nothing is waiting and the sink isn't busy, or when `deadline` aborts. */
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

  // Not an async function: a promise for each event would cost more than most sinks.
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
    // Cleared so that the young generation can collect it when the sinks are done with it.
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
