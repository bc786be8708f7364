import type { UserEvent } from '../events/user-event.ts';

/**
 * A receiver of events. The constructor only stores what it is given; work begins in `start`.
 */
export interface Sink {
  readonly name: string;
  /**
   * Resolves once the sink takes events. A fault outside (a port in use, say) does not reject:
   * the sink reports it to its health and tries again in its own time.
   */
  start(): Promise<void>;
  /** Takes one event. The next one is offered when the returned promise, if any, has settled. */
  accept(event: UserEvent): void | Promise<void>;
  /** Told when it has been given all that is at hand: what it has put by to go together may go. */
  flush?(): void;
  /**
   * Finishes what was accepted and lets go of everything, before `deadline` aborts.
   * Calling it twice is harmless.
   */
  stop(deadline: AbortSignal): Promise<void>;
}
