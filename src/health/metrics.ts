import * as prometheus from 'prom-client';

/** One metric whose values are kept elsewhere and read when `/metrics` is. */
export type Metric = Plain | Summary | Histogram;

type Plain = Named & {
  readonly type: 'counter' | 'gauge';
} & (
    | {
        readonly read: () => number;
        /** Labels that never change while the program runs. */
        readonly labels?: Readonly<Record<string, string>>;
      }
    /** One number for each value of the label. No label may hold a host's or a person's name. */
    | { readonly label: string; readonly readEach: () => Iterable<readonly [string, number]> }
  );

interface Named {
  /** Named by Prometheus's rules: base units, and `_total` at the end of a counter's name. */
  readonly name: string;
  readonly help: string;
}

export interface Summary extends Named {
  readonly type: 'summary';
  readonly readSummary: () => SummaryStatistics;
}

/** Quantiles of the recent past; sum and count since the start. */
export interface SummaryStatistics {
  readonly quantiles: readonly (readonly [quantile: string, value: number])[];
  readonly sum: number;
  readonly count: number;
}

export interface Histogram extends Named {
  readonly type: 'histogram';
  readonly readHistogram: () => HistogramStatistics;
}

/** How many values were at most `atMost`, by bucket and in total, since the start. */
export interface HistogramStatistics {
  readonly buckets: readonly (readonly [atMost: number, count: number])[];
  readonly sum: number;
  readonly count: number;
}

export interface Metrics {
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** Prometheus metrics, each read from where its values are kept. */
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
  const values = (): Iterable<readonly [Record<string, string>, number]> =>
    'label' in metric
      ? [...metric.readEach()].map(
          ([labelValue, value]) => [{ [metric.label]: labelValue }, value] as const,
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
        // So that a label value that is gone disappears.
        this.reset();
        for (const [labels, value] of values()) this.set(labels, value);
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
      for (const [labels, value] of values()) this.inc(labels, value);
    },
  });
}

type Value = readonly [suffix: string, labels: Readonly<Record<string, string>>, value: number];

/**
 * A summary or histogram whose values are kept elsewhere; prom-client's own ones keep what they
 * observe. Both are based on its summary; the registry writes the values that `get` returns.
 */
class ReadDistribution extends prometheus.Summary {
  readonly #metric: Summary | Histogram;

  constructor(metric: Summary | Histogram) {
    // `register` does it.
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
    // prom-client's types say an enumeration; at run time it is a string.
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
