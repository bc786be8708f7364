import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { PartStatus } from './health.ts';
import { processMetrics } from './process-metrics.ts';
import { ReadSummary } from './read-summary.ts';

/** One metric whose figures live elsewhere and are read when somebody asks. */
export type Metric = Figures | Distribution;

type Figures = Named & {
  readonly type: 'counter' | 'gauge';
} & (
    | {
        readonly read: () => number;
        /** What never changes while the program runs. */
        readonly labels?: Readonly<Record<string, string>>;
      }
    /** A figure for each value of the label. No label may hold a host's or a person's name. */
    | { readonly label: string; readonly readEach: () => Iterable<readonly [string, number]> }
  );

interface Named {
  /** By Prometheus's rules: base units, and `_total` behind what only grows. */
  readonly name: string;
  readonly help: string;
}

export interface Distribution extends Named {
  readonly type: 'summary';
  readonly readSummary: () => SummaryFigures;
}

/** Quantiles of late, and everything since the start. */
export interface SummaryFigures {
  readonly quantiles: readonly (readonly [quantile: string, figure: number])[];
  readonly sum: number;
  readonly count: number;
}

/** What the appliance's own metrics are read from. */
export interface MetricSources {
  readonly version: string;
  /** Events accepted, by kind. */
  readonly accepted: () => Readonly<Record<string, number>>;
  /** Datagrams rejected, by reason. */
  readonly rejected: () => Readonly<Record<string, number>>;
  /** Blinks shown and events coalesced, by light. */
  readonly lights: () => Readonly<
    Record<string, { readonly blinked: number; readonly coalesced: number }>
  >;
  /** What waits, was dropped and failed, by sink. */
  readonly inboxes: () => readonly {
    readonly name: string;
    readonly length: number;
    readonly dropped: number;
    readonly failed: number;
  }[];
  /** What waits for Slack, went there or was dropped; undefined while Slack is off. */
  readonly slack: () =>
    | {
        readonly waiting: number;
        readonly delivered: number;
        readonly posted: number;
        readonly dropped: number;
      }
    | undefined;
  readonly activeUsers: () => number;
  readonly clients: () => number;
  readonly parts: () => ReadonlyMap<string, PartStatus>;
}

export interface Metrics {
  /** Takes the time from datagram to light of one event, ms. */
  observeLightLatency(ms: number): void;
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/**
 * Prometheus metrics of the appliance.
 * @param more metrics that parts bring themselves
 */
export function createMetrics(sources: MetricSources, more: readonly Metric[] = []): Metrics {
  const registry = new Registry();
  for (const metric of [...applianceMetrics(sources), ...processMetrics(), ...more]) {
    register(registry, metric);
  }
  const lightLatency = new Histogram({
    name: 'blinky_light_latency_seconds',
    help: 'From the datagram read to the light driven',
    buckets: [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05],
    registers: [registry],
  });
  return {
    observeLightLatency: (ms) => lightLatency.observe(ms / 1000),
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

function applianceMetrics(sources: MetricSources): readonly Metric[] {
  const { accepted, rejected, lights, inboxes, slack, parts } = sources;
  return [
    {
      type: 'gauge',
      name: 'blinky_build_info',
      help: 'What runs here; the figure is always 1',
      labels: { version: sources.version, node: process.versions.node, arch: process.arch },
      read: () => 1,
    },
    {
      type: 'counter',
      name: 'blinky_events_total',
      help: 'User activity events accepted',
      label: 'kind',
      readEach: () => Object.entries(accepted()),
    },
    {
      type: 'counter',
      name: 'blinky_datagrams_rejected_total',
      help: 'Datagrams that were no events',
      label: 'reason',
      readEach: () => Object.entries(rejected()),
    },
    {
      type: 'counter',
      name: 'blinky_blinks_total',
      help: 'Blinks shown',
      label: 'light',
      readEach: () => Object.entries(lights()).map(([light, { blinked }]) => [light, blinked]),
    },
    {
      type: 'counter',
      name: 'blinky_blinks_coalesced_total',
      help: 'Events without a blink of their own',
      label: 'light',
      readEach: () => Object.entries(lights()).map(([light, { coalesced }]) => [light, coalesced]),
    },
    {
      type: 'gauge',
      name: 'blinky_events_waiting',
      help: 'Events waiting in the inbox of a sink',
      label: 'sink',
      readEach: () => inboxes().map(({ name, length }) => [name, length]),
    },
    {
      type: 'counter',
      name: 'blinky_events_dropped_total',
      help: 'Events dropped by a full inbox',
      label: 'sink',
      readEach: () => inboxes().map(({ name, dropped }) => [name, dropped]),
    },
    {
      type: 'counter',
      name: 'blinky_events_failed_total',
      help: 'Events at which a sink failed',
      label: 'sink',
      readEach: () => inboxes().map(({ name, failed }) => [name, failed]),
    },
    {
      type: 'gauge',
      name: 'blinky_slack_waiting',
      help: 'Events waiting for Slack',
      read: () => slack()?.waiting ?? 0,
    },
    {
      type: 'counter',
      name: 'blinky_slack_events_total',
      help: 'Events delivered to Slack, or dropped',
      label: 'result',
      readEach: () => {
        const { delivered = 0, dropped = 0 } = slack() ?? {};
        return Object.entries({ delivered, dropped });
      },
    },
    {
      type: 'gauge',
      name: 'blinky_part_up',
      help: 'Whether a part works (1) or has a fault (0)',
      label: 'part',
      readEach: () =>
        [...parts()]
          .filter(([, { state }]) => state !== 'off')
          .map(([part, { state }]) => [part, state === 'ok' ? 1 : 0]),
    },
    {
      type: 'gauge',
      name: 'blinky_active_users',
      help: 'Users with a session',
      read: sources.activeUsers,
    },
    {
      type: 'gauge',
      name: 'blinky_mqtt_clients',
      help: 'MQTT clients connected',
      read: sources.clients,
    },
  ];
}

function register(registry: Registry, metric: Metric): void {
  if (metric.type === 'summary') {
    registry.registerMetric(new ReadSummary(metric));
    return;
  }
  const { name, help } = metric;
  const labelNames = 'label' in metric ? [metric.label] : Object.keys(metric.labels ?? {});
  const figures = (): Iterable<readonly [Record<string, string>, number]> =>
    'label' in metric
      ? [...metric.readEach()].map(
          ([value, figure]) => [{ [metric.label]: value }, figure] as const,
        )
      : [[{ ...metric.labels }, metric.read()]];
  const registers = [registry];
  if (metric.type === 'gauge') {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        // What is gone must not be told for ever.
        this.reset();
        for (const [labels, figure] of figures()) this.set(labels, figure);
      },
    });
    return;
  }
  new Counter({
    name,
    help,
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const [labels, figure] of figures()) this.inc(labels, figure);
    },
  });
}
