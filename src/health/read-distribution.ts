import * as prometheus from 'prom-client';
import type { Histogram, Summary } from './metrics.ts';

type Value = readonly [suffix: string, labels: Readonly<Record<string, string>>, value: number];

/**
 * A summary or histogram whose figures live elsewhere; prom-client's own keep what they have
 * observed. One of a summary's class is written as its values say; a histogram's is not.
 */
export class ReadDistribution extends prometheus.Summary {
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
