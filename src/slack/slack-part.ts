import { offPart, type Part, sinkPart } from '../appliance/part.ts';
import type { PartHealth } from '../health/health.ts';
import type { Metric } from '../health/metrics.ts';
import { SlackSink, type SlackSinkOptions } from './slack-sink.ts';

export interface SlackPartOptions extends Omit<SlackSinkOptions, 'health' | 'outboxHealth'> {
  readonly config: SlackSinkOptions['config'] & { readonly enable: boolean };
  readonly healthOf: (name: 'slack' | 'slack outbox') => PartHealth;
}

export interface SlackPart extends Part<'slack'> {
  /**
   * Retries at once if it is waiting after a failure; returns whether it was. Undefined if Slack is
   * off.
   */
  readonly tryNow: (() => boolean) | undefined;
}

/** Posts to Slack, if enabled. */
export function createSlackPart({ healthOf, ...options }: SlackPartOptions): SlackPart {
  const health = healthOf('slack');
  if (!options.config.enable) {
    const reports = { metrics: slackMetrics(undefined) };
    const reason = 'Butler.slackConfig.enable is false';
    return { ...offPart('slack', health, reason, reports), tryNow: undefined };
  }
  const sink = new SlackSink({ ...options, health, outboxHealth: healthOf('slack outbox') });
  const status = () => {
    const { waiting, delivered, posted, dropped } = sink;
    return { slack: { waiting, delivered, posted, dropped } };
  };
  return {
    ...sinkPart('slack', sink, { metrics: slackMetrics(sink), status }),
    tryNow: () => sink.tryNow(),
  };
}

/** Zero while Slack is off: a time series that comes and goes is hard to watch. */
const slackMetrics = (sink: SlackSink | undefined): readonly Metric[] => [
  {
    type: 'gauge',
    name: 'blinky_slack_waiting',
    help: 'Events waiting for Slack',
    read: () => sink?.waiting ?? 0,
  },
  {
    type: 'counter',
    name: 'blinky_slack_events_total',
    help: 'Events delivered to Slack, or dropped',
    label: 'result',
    readEach: () =>
      Object.entries({ delivered: sink?.delivered ?? 0, dropped: sink?.dropped ?? 0 }),
  },
];
