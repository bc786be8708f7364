import { type EventKind, sumByKind } from '../events/kinds.ts';
import type { UserEvent } from '../events/user-event.ts';
import type { HistogramStatistics, Metric } from '../health/metrics.ts';
import type { Clock } from '../platform/clock.ts';
import type { Inbox } from './inbox.ts';
import type { Sink } from './sink.ts';

type AcceptedByKind = Readonly<Record<EventKind, number>>;

export interface FanOutOptions {
  /** Gets every event directly, before all others: the lights. */
  readonly first: Pick<Sink, 'accept'>;
  /** Get every event through separate queues. */
  readonly inboxes: readonly Inbox[];
  /** Called when `first` threw. */
  readonly onFailure: (error: unknown) => void;
  /** Events accepted since the start, for each source; undefined for a source that is off. */
  readonly accepted: () => readonly (AcceptedByKind | undefined)[];
  /** Called with each event received by UDP: it may come back from another broker. */
  readonly onUdpEvent: (event: UserEvent) => void;
  readonly clock: Clock;
}

/** Upper bounds of the histogram's buckets: time from datagram to light, s. */
const buckets = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05] as const;

/**
 * Receives all events. Passes each to every sink without waiting for any of them, and measures how
 * long that takes.
 */
export class FanOut {
  readonly metrics: readonly Metric[] = [
    {
      type: 'counter',
      name: 'blinky_events_total',
      help: 'User activity events accepted',
      label: 'kind',
      readEach: () => Object.entries(this.#accepted()),
    },
    {
      type: 'histogram',
      name: 'blinky_light_latency_seconds',
      help: 'Time from reading a datagram to switching the light',
      readHistogram: () => this.#latency(),
    },
  ];
  readonly #options: FanOutOptions;
  /** Number of events by bucket; the last is for longer times. */
  readonly #counts = new Float64Array(buckets.length + 1);
  #seconds = 0;

  constructor(options: FanOutOptions) {
    this.#options = options;
  }

  status() {
    return { accepted: this.#accepted() };
  }

  /** @param readAtMs when the event's datagram or message was read, on the monotonic clock */
  deliver(event: UserEvent, readAtMs: number): void {
    const { first, inboxes, onFailure, clock } = this.#options;
    try {
      first.accept(event);
    } catch (error) {
      onFailure(error);
    }
    for (const inbox of inboxes) inbox.put(event);
    this.#observe((clock.monotonicMs() - readAtMs) / 1000);
  }

  /** The same for an event received by UDP. */
  deliverFromUdp(event: UserEvent, readAtMs: number): void {
    this.deliver(event, readAtMs);
    this.#options.onUdpEvent(event);
  }

  #accepted(): AcceptedByKind {
    return sumByKind(...this.#options.accepted());
  }

  #observe(seconds: number): void {
    let bucket = 0;
    while (bucket < buckets.length && seconds > (buckets[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#seconds += seconds;
  }

  #latency(): HistogramStatistics {
    let count = 0;
    const upTo = [...this.#counts].map((some) => {
      count += some;
      return count;
    });
    return {
      buckets: buckets.map((atMost, index) => [atMost, upTo[index] ?? 0] as const),
      sum: this.#seconds,
      count,
    };
  }
}
