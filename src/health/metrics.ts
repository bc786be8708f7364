import * as prometheus from 'prom-client';

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
  const registry = new prometheus.Registry();
  for (const metric of metrics) register(registry, metric);
  return {
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

function register(registry: prometheus.Registry, metric: Metric): void {
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
    new prometheus.Gauge({
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
  new prometheus.Counter({
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

type Value = readonly [suffix: string, labels: Readonly<Record<string, string>>, value: number];

/**
 * A summary or histogram whose figures live elsewhere; prom-client's own keep what they have
 * observed. Both are made from its summary, whose values the registry writes as `get` gives them.
 */
class ReadDistribution extends prometheus.Summary {
  readonly #metric: Summary | Histogram;

  constructor(metric: Summary | Histogram) {
    // Registered by the one who makes it.
    super({ name: metric.name, help: metric.help, registers: [] });
    this.#metric = metric;
  }

  override async get() {
    const { name, type } = this.#metric;
    const values = valuesOf(this.#metric).map(([suffix, labels, value]) => ({
      labels,
      value,
      metricName: name + suffix,
    }));
    // prom-client's types have an enumeration here that its program does not: it is a text.
    return { ...(await super.get()), type: type as unknown as prometheus.MetricType, values };
  }
}

function valuesOf(metric: Summary | Histogram): readonly Value[] {
  const { sum, count, parts } = metric.type === 'summary' ? quantiles(metric) : buckets(metric);
  return [...parts, ['_sum', {}, sum], ['_count', {}, count]];
}

function quantiles({ readSummary }: Summary) {
  const { quantiles, ...totals } = readSummary();
  const parts = quantiles.map(([quantile, value]): Value => ['', { quantile }, value]);
  return { ...totals, parts };
}

function buckets({ readHistogram }: Histogram) {
  const { buckets, ...totals } = readHistogram();
  const parts = buckets.map(([le, value]): Value => ['_bucket', { le: String(le) }, value]);
  const all: Value = ['_bucket', { le: '+Inf' }, totals.count];
  return { ...totals, parts: [...parts, all] };
}
