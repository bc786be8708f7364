import type { AppOptions } from '../app-interface.ts';
import type { UserEvent } from '../events/user-event.ts';
import type { Health } from '../health/health.ts';
import type { Announcer } from '../publications/announcer.ts';
import { ownTopics } from '../publications/topics.ts';
import { type Endpoint, upstreamBroker } from '../remote-broker/remote-broker.ts';
import { UpstreamSink } from '../sinks/upstream/upstream-sink.ts';
import type { State } from '../state/state.ts';

export interface UpstreamParts {
  readonly options: AppOptions;
  readonly health: Health;
  readonly state: State;
  readonly announcer: Announcer;
  readonly identity: () => Promise<string>;
  readonly isOwnBroker: (peer: Endpoint) => boolean;
  readonly cameFrom: (event: UserEvent, peer: Endpoint | undefined) => boolean;
  /** Does what somebody asks for on a topic, named as it is on the appliance's own broker. */
  readonly onRequest: (topic: string, payload: Buffer) => void;
}

/** The way to the broker of `Butler.mqttConfig.brokerHost`; undefined where none is wanted. */
export function createUpstream(parts: UpstreamParts): UpstreamSink | undefined {
  const { options, health, state, announcer, identity, isOwnBroker, cameFrom, onRequest } = parts;
  const { config, clock, random, log } = options;
  const { mqttConfig } = config;
  if (!mqttConfig.enable || mqttConfig.brokerHost === '') {
    health
      .part('upstream')
      .off(`Butler.mqttConfig.${mqttConfig.enable ? 'brokerHost is empty' : 'enable is false'}`);
    return undefined;
  }
  const topicPrefix = levelPrefix(mqttConfig.brokerTopicPrefix);
  /** What is asked for there, and what it is called here. */
  const requests = new Map([[topicPrefix + ownTopics.blink, ownTopics.blink]]);
  return new UpstreamSink({
    broker: upstreamBroker(mqttConfig, options.credentialsDirectory),
    mqtt: mqttConfig,
    topicPrefix,
    clientId: async () => `blinky-${await identity()}-upstream`,
    isOwnBroker,
    cameFrom,
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
    ...(options.upstreamLimits && { limits: options.upstreamLimits }),
  });
}

/** A prefix as topics take it: empty, or with the `/` that ends its last level. */
export function levelPrefix(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}
