import { TopicTree } from '../topics/topic-tree.ts';

/** Receives a message; calls `done` when it is finished with it. */
export type Listener<Message> = (message: Message, done: () => void) => void;

interface Change<Message> {
  readonly filter: string;
  readonly listener: Listener<Message>;
  readonly isAdded: boolean;
  readonly done: (() => void) | undefined;
}

/**
 * How many filters are added or removed in one iteration of the event loop: about 1 ms on a
 * Raspberry Pi 4.
 */
const changesAtATime = 100;

/**
 * Passes each message to the listeners of its topic; replaces Aedes's `mqemitter`. That one waits
 * until all have received a message, with room for a hundred such waits, so one frozen subscriber
 * stops the messages of all. This one never waits: what a client can't receive yet is up to its
 * stream (`outgoing.ts`).
 */
export class TopicEmitter<Message extends { readonly topic: string }> {
  readonly #listeners = new TopicTree<Listener<Message>, Listener<Message>>();
  /** Changes that wait for a later iteration of the event loop, in order. */
  #waiting: Change<Message>[] = [];
  #leftInIteration = changesAtATime;
  #isScheduled = false;
  #closed = false;

  on(filter: string, listener: Listener<Message>, done?: () => void): this {
    this.#change({ filter, listener, isAdded: true, done });
    return this;
  }

  removeListener(filter: string, listener: Listener<Message>, done?: () => void): this {
    this.#change({ filter, listener, isAdded: false, done });
    return this;
  }

  emit(message: Message, done?: (error?: Error) => void): this {
    if (this.#closed) {
      done?.(new Error('the broker is closed'));
      return this;
    }
    for (const listener of this.#listeners.match(message.topic)) listener(message, ignore);
    done?.();
    return this;
  }

  /** Whether anyone would get a message on this topic. */
  hasListener(topic: string): boolean {
    return this.countListeners(topic) > 0;
  }

  /** The number of subscriptions that get a message on this topic. */
  countListeners(topic: string): number {
    return this.#listeners.match(topic).length;
  }

  close(done: () => void): this {
    this.#closed = true;
    setImmediate(done);
    return this;
  }

  #change(change: Change<Message>): void {
    if (this.#leftInIteration > 0 && this.#waiting.length === 0) this.#apply(change);
    else this.#waiting.push(change);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#goOn);
  }

  #apply({ filter, listener, isAdded, done }: Change<Message>): void {
    this.#leftInIteration -= 1;
    if (isAdded) this.#listeners.set(filter, listener, listener);
    else this.#listeners.delete(filter, listener);
    if (done) setImmediate(done);
  }

  readonly #goOn = (): void => {
    this.#isScheduled = false;
    this.#leftInIteration = changesAtATime;
    if (this.#waiting.length === 0) return;
    const now = this.#waiting.slice(0, changesAtATime);
    this.#waiting = this.#waiting.slice(changesAtATime);
    for (const change of now) this.#apply(change);
    this.#isScheduled = true;
    setImmediate(this.#goOn);
  };
}

function ignore(): void {}
