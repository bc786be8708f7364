import { Inbox } from '../fan-out/inbox.ts';
import type { Health } from '../health/health.ts';
import type { Metric } from '../health/metrics.ts';
import { BugLog, stackOf } from '../platform/bug-log.ts';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Part, Reports } from './part.ts';

/** Events that may wait for a sink: one minute of the worst flood measured. */
const inboxCapacity = 100_000;

export interface PartRunnerOptions {
  readonly health: Health;
  readonly log: Log;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Called with the name of each sink before its part starts. */
  readonly onLoading?: (sink: string) => void;
}

/**
 * Starts parts in order and stops them in reverse order, each sink with its own inbox. A part that
 * fails to start or stop is logged under its name and skipped.
 */
export class PartRunner implements Reports {
  readonly inboxes: readonly Inbox[];
  readonly #parts: readonly { readonly part: Part; readonly inbox: Inbox | undefined }[];
  readonly #options: PartRunnerOptions;

  constructor(parts: readonly Part[], options: PartRunnerOptions) {
    this.#options = options;
    this.#parts = parts.map((part) => ({ part, inbox: this.#inboxFor(part) }));
    this.inboxes = this.#parts.flatMap(({ inbox }) => inbox ?? []);
  }

  get metrics(): readonly Metric[] {
    return [
      {
        type: 'gauge',
        name: 'blinky_events_waiting',
        help: 'Events waiting in the inbox of a sink',
        label: 'sink',
        readEach: () => this.inboxes.map(({ name, length }) => [name, length]),
      },
      {
        type: 'counter',
        name: 'blinky_events_dropped_total',
        help: 'Events dropped by a full inbox',
        label: 'sink',
        readEach: () => this.inboxes.map(({ name, dropped }) => [name, dropped]),
      },
      {
        type: 'counter',
        name: 'blinky_events_failed_total',
        help: 'Events that a sink failed to handle',
        label: 'sink',
        readEach: () => this.inboxes.map(({ name, failed }) => [name, failed]),
      },
    ];
  }

  /** Resolves when every part has started, or has reported why it can't. */
  async start(): Promise<void> {
    const { health, onLoading } = this.#options;
    for (const { part, inbox } of this.#parts) {
      try {
        if (inbox) onLoading?.(inbox.name);
        await part.start?.();
        inbox?.open();
      } catch (error) {
        this.#log(part, 'did not start', error);
        health.part(part.name).fault({
          message: `did not start: ${shownMessageOf(error)}`,
          remedy: 'This is a bug in Blinky. Report it, and include this log',
          needsAttention: true,
        });
      }
    }
  }

  /**
   * Accepts no more events, and lets the parts finish what is waiting until `deadline` aborts; parts
   * that hang are abandoned.
   */
  async stop(deadline: AbortSignal): Promise<void> {
    const late = aborted(deadline);
    const taking = this.#parts.map(({ part }) => this.#end(part, () => part.stopTaking?.()));
    await Promise.race([Promise.all(taking), late]);
    await Promise.all(this.inboxes.map((inbox) => inbox.drained(deadline)));
    for (const { part } of [...this.#parts].reverse()) {
      await Promise.race([this.#end(part, () => part.stop?.(deadline)), late]);
    }
  }

  async #end(part: Part, action: () => void | Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#log(part, 'did not stop cleanly', error);
    }
  }

  #inboxFor(part: Part): Inbox | undefined {
    const { sink } = part;
    if (!sink) return undefined;
    const { clock } = this.#options;
    const log = this.#options.log.for(part.name);
    // The same bug may occur with every event.
    const bugs = new BugLog(clock, log);
    const onFailure = (error: unknown) => bugs.report('handling an event', error);
    return new Inbox({ sink, capacity: inboxCapacity, onFailure, log });
  }

  #log(part: Part, what: string, error: unknown): void {
    this.#options.log.for(part.name).error(`${what}: ${stackOf(error)}`);
  }
}

/** Resolves when `deadline` aborts. */
function aborted(deadline: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (deadline.aborted) resolve();
    else deadline.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Matches an absolute path, also as a URL. */
const path = /(?:file:\/\/)?(?:\/[\w.@+-]+){2,}/g;

/** Removes paths: everyone on the network may see the message. */
const shownMessageOf = (error: unknown): string => messageOf(error).replace(path, '…');
