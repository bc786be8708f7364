import { offPart, type Part, sinkPart } from '../../appliance/part.ts';
import type { PartHealth } from '../../health/health.ts';
import type { Metric } from '../../health/metrics.ts';
import type { PublicationSettings } from '../../publications/event-publications.ts';
import { levelPrefix, ownTopics } from '../../publications/topics.ts';
import { upstreamBroker } from '../link/remote-broker.ts';
import type { RemoteBrokerSettings } from '../link/settings.ts';
import { UpstreamSink, type UpstreamSinkOptions } from './upstream-sink.ts';

/** The part of `Butler.mqttConfig` that concerns another broker. */
export interface UpstreamSettings extends RemoteBrokerSettings, PublicationSettings {
  readonly enable: boolean;
  readonly brokerTopicPrefix: string;
  /** Whether retained messages are sent to that broker. */
  readonly retain: boolean;
  readonly homeAssistant: { readonly enable: boolean };
}

export interface UpstreamPartOptions
  extends Omit<
    UpstreamSinkOptions,
    | 'broker'
    | 'mqtt'
    | 'topicPrefix'
    | 'retain'
    | 'subscriptions'
    | 'onMessage'
    | 'health'
    | 'outboxHealth'
  > {
  readonly settings: UpstreamSettings;
  readonly credentialsDirectory: string | undefined;
  readonly healthOf: (name: 'upstream' | 'upstream outbox') => PartHealth;
  /** The topic on which Home Assistant announces its start. */
  readonly birthTopic: string;
  /** Handles a request received on a topic, named as on the appliance's own broker. */
  readonly onRequest: (topic: string, payload: Buffer) => void;
}

/** Sends everything to another broker as well, if one is configured. */
export function createUpstreamPart(options: UpstreamPartOptions): Part<'upstream'> {
  const { settings, credentialsDirectory, birthTopic, onRequest, healthOf } = options;
  const health = healthOf('upstream');
  if (!settings.enable || settings.brokerHost === '') {
    const reason = settings.enable ? 'brokerHost is empty' : 'enable is false';
    return offPart('upstream', health, `Butler.mqttConfig.${reason}`);
  }
  const topicPrefix = levelPrefix(settings.brokerTopicPrefix);
  /** The topics of requests there, and their names here. */
  const requests = new Map([
    [topicPrefix + ownTopics.blink, ownTopics.blink],
    // Home Assistant's own topic has no prefix.
    ...(settings.homeAssistant.enable ? [[birthTopic, birthTopic] as const] : []),
  ]);
  const sink = new UpstreamSink({
    ...options,
    health,
    outboxHealth: healthOf('upstream outbox'),
    broker: upstreamBroker(settings, credentialsDirectory),
    mqtt: settings,
    topicPrefix,
    retain: settings.retain,
    subscriptions: [...requests.keys()],
    onMessage: (topic, payload, retained) => {
      const request = requests.get(topic);
      // A retained request is an old one.
      if (request !== undefined && !retained) onRequest(request, payload);
    },
  });
  const status = () => {
    const { waiting, sent, dropped } = sink;
    return { upstream: { waiting, sent, dropped } };
  };
  return sinkPart('upstream', sink, { metrics: upstreamMetrics(sink), status });
}

const upstreamMetrics = (sink: UpstreamSink): readonly Metric[] => [
  {
    type: 'gauge',
    name: 'blinky_upstream_waiting',
    help: 'Events waiting for the upstream broker',
    read: () => sink.waiting,
  },
  {
    type: 'counter',
    name: 'blinky_upstream_events_total',
    help: 'Events sent to the upstream broker, or dropped',
    label: 'result',
    readEach: () => Object.entries({ sent: sink.sent, dropped: sink.dropped }),
  },
];
