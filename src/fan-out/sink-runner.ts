import type { Health } from '../health/health.ts';
import { stackOf } from '../platform/bug-log.ts';
import type { Log } from '../platform/log.ts';
import { Inbox } from './inbox.ts';
import type { Sink } from './sink.ts';

/** Events that may wait for a sink; a minute of the worst flood measured. */
const inboxCapacity = 100_000;

/** Starts sinks in order and stops them in reverse, each behind an inbox of its own. */
export class SinkRunner {
  readonly inboxes: readonly Inbox[];
  readonly #sinks: readonly { readonly sink: Sink; readonly inbox: Inbox }[];
  readonly #health: Health;
  readonly #log: Log;
  readonly #onStarting: (name: string) => void;

  /** @param onStarting called with the name of each sink before it starts */
  constructor(
    sinks: readonly Sink[],
    health: Health,
    log: Log,
    onStarting: (name: string) => void = () => {},
  ) {
    this.#onStarting = onStarting;
    this.#health = health;
    this.#log = log;
    this.#sinks = sinks.map((sink) => ({
      sink,
      inbox: new Inbox({
        sink,
        capacity: inboxCapacity,
        onFailure: (error) => log.for(sink.name).error(`failed at an event: ${stackOf(error)}`),
        log: log.for(sink.name),
      }),
    }));
    this.inboxes = this.#sinks.map(({ inbox }) => inbox);
  }

  /** Resolves when every sink takes events; one that fails to start is reported and stepped over. */
  async start(): Promise<void> {
    for (const { sink, inbox } of this.#sinks) {
      try {
        this.#onStarting(sink.name);
        await sink.start();
        inbox.open();
      } catch (error) {
        this.#log.for(sink.name).error(`did not start: ${stackOf(error)}`);
        this.#health.part(sink.name).fault({
          message: `did not start: ${messageOf(error)}`,
          remedy: 'This is a bug of the program; please report it with this log',
          needsPerson: true,
        });
      }
    }
  }

  /** Lets the sinks finish what waits for them, until `deadline` aborts; leaves behind who hangs. */
  async stop(deadline: AbortSignal): Promise<void> {
    await Promise.all(this.inboxes.map((inbox) => inbox.drained(deadline)));
    for (const { sink } of [...this.#sinks].reverse()) {
      await Promise.race([this.#stopSink(sink, deadline), aborted(deadline)]);
    }
  }

  async #stopSink(sink: Sink, deadline: AbortSignal): Promise<void> {
    try {
      await sink.stop(deadline);
    } catch (error) {
      this.#log.for(sink.name).error(`did not stop cleanly: ${stackOf(error)}`);
    }
  }
}

/** Resolves when `deadline` aborts. */
export function aborted(deadline: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (deadline.aborted) resolve();
    else deadline.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** An absolute path, also as a URL. */
const path = /(?:file:\/\/)?(?:\/[\w.@+-]+){2,}/g;

/** What may be shown to everybody on the network: nothing of where the program lies. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(path, '…');
