import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { PartStatus } from './health.ts';

/** The figures that live elsewhere, read when somebody asks for the metrics. */
export interface MetricSources {
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

/** Prometheus metrics of the appliance. No label holds a host's or a person's name. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (
    name: string,
    help: string,
    label: string,
    read: () => Iterable<[string, number]>,
  ) =>
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of read()) this.inc({ [label]: value }, count);
      },
    });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });

  counter('blinky_events_total', 'User activity events accepted', 'kind', () =>
    Object.entries(sources.accepted()),
  );
  counter('blinky_datagrams_rejected_total', 'Datagrams that were no events', 'reason', () =>
    Object.entries(sources.rejected()),
  );
  counter('blinky_blinks_total', 'Blinks shown', 'light', () =>
    Object.entries(sources.lights()).map(([light, { blinked }]) => [light, blinked]),
  );
  counter('blinky_blinks_coalesced_total', 'Events without a blink of their own', 'light', () =>
    Object.entries(sources.lights()).map(([light, { coalesced }]) => [light, coalesced]),
  );
  counter('blinky_events_dropped_total', 'Events dropped by a full inbox', 'sink', () =>
    sources.inboxes().map(({ name, dropped }) => [name, dropped]),
  );
  counter('blinky_events_failed_total', 'Events at which a sink failed', 'sink', () =>
    sources.inboxes().map(({ name, failed }) => [name, failed]),
  );
  new Gauge({
    name: 'blinky_events_waiting',
    help: 'Events waiting in the inbox of a sink',
    labelNames: ['sink'],
    registers,
    collect() {
      for (const { name, length } of sources.inboxes()) this.set({ sink: name }, length);
    },
  });
  new Gauge({
    name: 'blinky_part_up',
    help: 'Whether a part works (1) or has a fault (0)',
    labelNames: ['part'],
    registers,
    collect() {
      for (const [part, { state }] of sources.parts()) {
        if (state !== 'off') this.set({ part }, state === 'ok' ? 1 : 0);
      }
    },
  });
  gauge('blinky_slack_waiting', 'Events waiting for Slack', () => sources.slack()?.waiting ?? 0);
  counter('blinky_slack_events_total', 'Events delivered to Slack, or dropped', 'result', () => {
    const { delivered = 0, dropped = 0 } = sources.slack() ?? {};
    return Object.entries({ delivered, dropped });
  });
  gauge('blinky_active_users', 'Users with a session', sources.activeUsers);
  gauge('blinky_mqtt_clients', 'MQTT clients connected', sources.clients);
  const lightLatency = new Histogram({
    name: 'blinky_light_latency_seconds',
    help: 'From the datagram read to the light driven',
    buckets: [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05],
    registers,
  });

  return {
    observeLightLatency: (ms) => lightLatency.observe(ms / 1000),
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}
