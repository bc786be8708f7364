import type { Metric } from '../health/metrics.ts';

/** Why the web server refused a connection or a request. */
export const webRefusalReasons = [
  'too many connections',
  'connects too often',
  'too many requests',
] as const;
export type WebRefusalReason = (typeof webRefusalReasons)[number];

/** What the web server counts. */
export class WebStatistics {
  readonly refused = Object.fromEntries(webRefusalReasons.map((reason) => [reason, 0])) as Record<
    WebRefusalReason,
    number
  >;
  /** Open connections, without WebSockets: the broker counts those. */
  connections = 0;

  get metrics(): readonly Metric[] {
    return [
      {
        type: 'gauge',
        name: 'blinky_web_connections',
        help: 'HTTP connections open, without WebSockets',
        read: () => this.connections,
      },
      {
        type: 'counter',
        name: 'blinky_web_refused_total',
        help: 'HTTP connections and requests refused',
        label: 'reason',
        readEach: () => Object.entries(this.refused),
      },
    ];
  }
}
