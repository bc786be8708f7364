import type { Metric } from '../../health/metrics.ts';
import type { UpstreamSink } from './upstream-sink.ts';

/** What waits for the upstream broker and what went there; undefined while there is none. */
export function upstreamFigures(upstream: UpstreamSink | undefined) {
  if (!upstream) return undefined;
  const { waiting, sent, dropped } = upstream;
  return { waiting, sent, dropped };
}

export function upstreamMetrics(upstream: UpstreamSink | undefined): readonly Metric[] {
  if (!upstream) return [];
  return [
    {
      type: 'gauge',
      name: 'blinky_upstream_waiting',
      help: 'Events waiting for the upstream broker',
      read: () => upstream.waiting,
    },
    {
      type: 'counter',
      name: 'blinky_upstream_events_total',
      help: 'Events taken by the upstream broker, or dropped',
      label: 'result',
      readEach: () => Object.entries({ sent: upstream.sent, dropped: upstream.dropped }),
    },
  ];
}
