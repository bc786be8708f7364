import type { UserEvent } from '../events/user-event.ts';

/**
 * A receiver of events. The constructor only stores its arguments; work starts in `start`.
 */
export interface Sink {
  readonly name: string;
  /**
   * Resolves once the sink accepts events. An external fault, such as a port in use, doesn't reject:
   * the sink reports it to its health and tries again later.
   */
  start(): Promise<void>;
  /** Handles one event. The next one follows when the returned promise, if any, has settled. */
  accept(event: UserEvent): void | Promise<void>;
  /** Called when no more events are waiting: the sink may send what it has collected. */
  flush?(): void;
  /**
   * Finishes what was accepted and releases everything before `deadline` aborts.
   * May be called twice.
   */
  stop(deadline: AbortSignal): Promise<void>;
}
