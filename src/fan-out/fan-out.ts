import type { UserEvent } from '../events/user-event.ts';
import type { Inbox } from './inbox.ts';
import type { Sink } from './sink.ts';

export interface FanOutOptions {
  /** Gets every event at once, before anybody else: the lights. */
  readonly first: Pick<Sink, 'accept'>;
  /** Get every event through queues of their own. */
  readonly inboxes: readonly Inbox[];
  /** Told when `first` threw. */
  readonly onFailure: (error: unknown) => void;
}

/** Gives each event to every sink, and waits for none of them. */
export class FanOut {
  readonly #options: FanOutOptions;

  constructor(options: FanOutOptions) {
    this.#options = options;
  }

  deliver(event: UserEvent): void {
    const { first, inboxes, onFailure } = this.#options;
    try {
      first.accept(event);
    } catch (error) {
      onFailure(error);
    }
    for (const inbox of inboxes) inbox.put(event);
  }
}
