import { Summary } from 'prom-client';
import type { Distribution } from './metrics.ts';

/** A summary whose figures live elsewhere; prom-client's own keeps what it has observed. */
export class ReadSummary extends Summary {
  readonly #metric: Distribution;

  constructor(metric: Distribution) {
    // Registered by the one who makes it.
    super({ name: metric.name, help: metric.help, registers: [] });
    this.#metric = metric;
  }

  override async get() {
    const { name, quantiles, sum, count } = { ...this.#metric, ...this.#metric.readSummary() };
    const values = [
      ...quantiles.map(([quantile, value]) => ({ labels: { quantile }, value, metricName: name })),
      { labels: {}, value: sum, metricName: `${name}_sum` },
      { labels: {}, value: count, metricName: `${name}_count` },
    ];
    return { ...(await super.get()), values };
  }
}
