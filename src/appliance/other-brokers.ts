import { createOwnBrokerTest } from '../bridge/link/own-broker.ts';
import { type Endpoint, sourceBroker, upstreamBroker } from '../bridge/link/remote-broker.ts';
import { browse, browseMs } from '../bridge/satellite/browse.ts';
import { createLocator } from '../bridge/satellite/locate.ts';
import { Satellite } from '../bridge/satellite/satellite.ts';
import { satelliteFigures, satelliteMetrics } from '../bridge/satellite/satellite-figures.ts';
import { upstreamFigures, upstreamMetrics } from '../bridge/upstream/upstream-figures.ts';
import { UpstreamSink, upstreamLimits } from '../bridge/upstream/upstream-sink.ts';
import type { UserEvent } from '../events/user-event.ts';
import type { Health } from '../health/health.ts';
import type { Metric } from '../health/metrics.ts';
import { RetryPauses } from '../platform/retry-pauses.ts';
import type { Announcer } from '../publications/announcer.ts';
import { levelPrefix, ownTopics } from '../publications/topics.ts';
import type { State } from '../storage/state.ts';
import type { AppOptions } from './app-interface.ts';

export interface OtherBrokersParts {
  readonly options: AppOptions;
  readonly health: Health;
  readonly state: State;
  readonly announcer: Announcer;
  /** This appliance's id. */
  readonly identity: () => Promise<string>;
  /** The port of the broker inside, while it listens. */
  readonly ownPort: () => number | undefined;
  /** Where Home Assistant says that it has started. */
  readonly birthTopic: string;
  /** Does what somebody asks for on a topic, named as it is on the broker inside. */
  readonly onRequest: (topic: string, payload: Buffer) => void;
  readonly createId: (timeMs: number) => string;
  readonly timeIsKnown: () => boolean;
  /** Takes the events that come from another broker. */
  readonly deliver: (event: UserEvent, readAtMs: number) => void;
}

export interface OtherBrokers {
  /** Sends everything to another broker as well; undefined where none is wanted. */
  readonly upstream: UpstreamSink | undefined;
  /** Takes events from another broker; undefined where none is wanted. */
  readonly satellite: Satellite | undefined;
  readonly metrics: readonly Metric[];
  /** What `/api/status` tells of them. */
  figures(): {
    readonly upstream: ReturnType<typeof upstreamFigures>;
    readonly satellite: ReturnType<typeof satelliteFigures>;
  };
}

/** Builds what joins the appliance to brokers elsewhere. */
export function createOtherBrokers(parts: OtherBrokersParts): OtherBrokers {
  const { brokerConfig } = parts.options.config;
  const isOwnBroker = createOwnBrokerTest(() => [
    parts.ownPort(),
    brokerConfig.port,
    ...(brokerConfig.tls.enable ? [brokerConfig.tls.port] : []),
  ]);
  const satellite = createSatellite(parts, isOwnBroker);
  const upstream = createUpstream(parts, isOwnBroker, satellite);
  return {
    upstream,
    satellite,
    metrics: [...upstreamMetrics(upstream), ...satelliteMetrics(satellite)],
    figures: () => ({
      upstream: upstreamFigures(upstream),
      satellite: satelliteFigures(satellite),
    }),
  };
}

function createUpstream(
  { options, health, state, announcer, identity, birthTopic, onRequest }: OtherBrokersParts,
  isOwnBroker: (peer: Endpoint) => boolean,
  satellite: Satellite | undefined,
): UpstreamSink | undefined {
  const { config, clock, random, log } = options;
  const { mqttConfig } = config;
  if (!mqttConfig.enable || mqttConfig.brokerHost === '') {
    const reason = mqttConfig.enable ? 'brokerHost is empty' : 'enable is false';
    health.part('upstream').off(`Butler.mqttConfig.${reason}`);
    return undefined;
  }
  const topicPrefix = levelPrefix(mqttConfig.brokerTopicPrefix);
  /** What is asked for there, and what it is called here. */
  const requests = new Map([
    [topicPrefix + ownTopics.blink, ownTopics.blink],
    // Home Assistant knows of no prefix.
    ...(mqttConfig.homeAssistant.enable ? [[birthTopic, birthTopic] as const] : []),
  ]);
  return new UpstreamSink({
    broker: upstreamBroker(mqttConfig, options.credentialsDirectory),
    mqtt: mqttConfig,
    topicPrefix,
    retain: mqttConfig.retain,
    clientId: async () => `blinky-${await identity()}-upstream`,
    isOwnBroker,
    cameFrom: (event, peer) => satellite?.cameFrom(event, peer) ?? false,
    announcer,
    subscriptions: [...requests.keys()],
    onMessage: (topic, payload, retained) => {
      const request = requests.get(topic);
      // What is retained was asked of somebody else, some time.
      if (request !== undefined && !retained) onRequest(request, payload);
    },
    state,
    clock,
    random,
    log,
    health: health.part('upstream'),
    outboxHealth: health.part('upstream outbox'),
    limits: options.upstreamLimits ?? upstreamLimits,
  });
}

function createSatellite(
  { options, health, identity, createId, timeIsKnown, deliver }: OtherBrokersParts,
  isOwnBroker: (peer: Endpoint) => boolean,
): Satellite | undefined {
  const { config, clock, random, log } = options;
  const { satelliteConfig } = config;
  if (satelliteConfig.brokerHost === '') {
    health.part('satellite').off('Butler.satelliteConfig.brokerHost is empty');
    return undefined;
  }
  const { firstRetryMs, longestRetryMs } = options.upstreamLimits ?? upstreamLimits;
  return new Satellite({
    broker: sourceBroker(satelliteConfig, options.credentialsDirectory),
    locate: createLocator({
      settings: satelliteConfig,
      browse: options.browse ?? (() => browse({ clock, waitMs: browseMs })),
      isOwnBroker,
    }),
    topics: config.mqttConfig,
    topicPrefix: levelPrefix(satelliteConfig.brokerTopicPrefix),
    excludeUser: config.userEvents.excludeUser,
    clientId: async () => `blinky-${await identity()}-satellite`,
    isOwnBroker,
    createId,
    deliver,
    clock,
    timeIsKnown,
    log: log.for('satellite'),
    health: health.part('satellite'),
    retry: new RetryPauses(firstRetryMs, longestRetryMs, random),
  });
}
