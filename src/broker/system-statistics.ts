import type { Clock } from '../platform/clock.ts';

/** What the broker reports about itself. */
export interface BrokerCounts {
  readonly connected: number;
  /** Clients that are offline and have a session. */
  readonly away: number;
  readonly mostConnected: number;
  readonly received: number;
  readonly sent: number;
  readonly dropped: number;
  readonly retained: number;
  readonly stored: number;
  readonly subscriptions: number;
}

export interface SystemStatisticsOptions {
  readonly version: string;
  readonly counts: () => BrokerCounts;
  readonly isWanted: (topic: string) => boolean;
  readonly publish: (topic: string, payload: string) => void;
  readonly clock: Clock;
}

/** How often the statistics are published, ms; same as Mosquitto's `sys_interval`. */
const intervalMs = 10_000;

/** The longest wait for new subscribers, ms: adding everything up takes time. */
const soonMs = 250;

const root = '$SYS/broker';

/**
 * The broker's statistics, under Mosquitto's names where the meaning is the same (mosquitto(8),
 * "Broker status"). They are only sent to subscribers, and name no client.
 */
export class SystemStatistics {
  readonly #options: SystemStatisticsOptions;
  readonly #startedMs: number;
  #cancel: (() => void) | undefined;
  #cancelSoon: (() => void) | undefined;

  constructor(options: SystemStatisticsOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
  }

  start(): void {
    this.#cancel = this.#options.clock.schedule(intervalMs, () => {
      this.publishNow();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancelSoon?.();
  }

  /** A client has subscribed, and need not wait for the next interval. */
  publishSoon(): void {
    this.#cancelSoon ??= this.#options.clock.schedule(soonMs, () => {
      this.#cancelSoon = undefined;
      this.publishNow();
    });
  }

  /** Publishes what clients have subscribed to; others don't notice. */
  publishNow(): void {
    const { isWanted, publish } = this.#options;
    const wanted = topics.filter((topic) => isWanted(`${root}/${topic}`));
    if (wanted.length === 0) return;
    const statistics = this.#statistics();
    for (const topic of wanted) publish(`${root}/${topic}`, String(statistics[topic]));
  }

  #statistics(): Record<(typeof topics)[number], string | number> {
    const { version, counts, clock } = this.#options;
    const statistics = counts();
    return {
      version: `Blinky Light ${version}`,
      uptime: `${Math.floor((clock.monotonicMs() - this.#startedMs) / 1000)} seconds`,
      'clients/connected': statistics.connected,
      'clients/disconnected': statistics.away,
      'clients/total': statistics.connected + statistics.away,
      'clients/maximum': statistics.mostConnected,
      'publish/messages/received': statistics.received,
      'publish/messages/sent': statistics.sent,
      'publish/messages/dropped': statistics.dropped,
      'retained messages/count': statistics.retained,
      'store/messages/count': statistics.stored,
      'subscriptions/count': statistics.subscriptions,
    };
  }
}

const topics = [
  'version',
  'uptime',
  'clients/connected',
  'clients/disconnected',
  'clients/total',
  'clients/maximum',
  'publish/messages/received',
  'publish/messages/sent',
  'publish/messages/dropped',
  'retained messages/count',
  'store/messages/count',
  'subscriptions/count',
] as const;
