import { Counter, Gauge, Registry } from 'prom-client';
import { ReadDistribution } from './read-distribution.ts';

/** One metric whose figures live elsewhere and are read when somebody asks. */
export type Metric = Figures | Summary | Histogram;

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

export interface Summary extends Named {
  readonly type: 'summary';
  readonly readSummary: () => SummaryFigures;
}

/** Quantiles of late, and everything since the start. */
export interface SummaryFigures {
  readonly quantiles: readonly (readonly [quantile: string, figure: number])[];
  readonly sum: number;
  readonly count: number;
}

export interface Histogram extends Named {
  readonly type: 'histogram';
  readonly readHistogram: () => HistogramFigures;
}

/** How many were at most so large, by bucket and all together, since the start. */
export interface HistogramFigures {
  readonly buckets: readonly (readonly [atMost: number, count: number])[];
  readonly sum: number;
  readonly count: number;
}

export interface Metrics {
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** Prometheus metrics, each read from where its figures live. */
export function createMetrics(metrics: readonly Metric[]): Metrics {
  const registry = new Registry();
  for (const metric of metrics) register(registry, metric);
  return {
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

function register(registry: Registry, metric: Metric): void {
  if (metric.type === 'summary' || metric.type === 'histogram') {
    registry.registerMetric(new ReadDistribution(metric));
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
