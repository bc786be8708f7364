import { TopicTree } from './topic-tree.ts';

/** Takes a message; calls `done` when it wants no more of it. */
export type Listener<Message> = (message: Message, done: () => void) => void;

/**
 * Passes each message to whoever listens to its topic, in place of Aedes's own `mqemitter`. That
 * one waits until all have taken a message and has room for a hundred such waits, so that one
 * frozen subscriber stops the messages of all. This one waits for nobody: what a client can't
 * take yet is its own stream's business (`outgoing.ts`).
 */
export class TopicEmitter<Message extends { readonly topic: string }> {
  /** Grows whenever a filter comes or goes. */
  generation = 0;
  readonly #listeners = new TopicTree<Listener<Message>>();
  #closed = false;

  on(filter: string, listener: Listener<Message>, done?: () => void): this {
    this.#listeners.add(filter, listener);
    this.generation += 1;
    if (done) setImmediate(done);
    return this;
  }

  removeListener(filter: string, listener: Listener<Message>, done?: () => void): this {
    this.#listeners.remove(filter, listener);
    this.generation += 1;
    if (done) setImmediate(done);
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

  /** Whether anybody would get a message on this topic. */
  hasListener(topic: string): boolean {
    return this.#listeners.match(topic).length > 0;
  }

  close(done: () => void): this {
    this.#closed = true;
    setImmediate(done);
    return this;
  }
}

function ignore(): void {}
