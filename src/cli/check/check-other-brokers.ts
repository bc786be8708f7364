import { createOwnBrokerTest } from '../../bridge/link/own-broker.ts';
import { sourceBroker, upstreamBroker } from '../../bridge/link/remote-broker.ts';
import { browse, browseMs } from '../../bridge/satellite/browse.ts';
import { createLocator } from '../../bridge/satellite/locate.ts';
import { createMessageReader } from '../../bridge/satellite/read-message.ts';
import type { Config } from '../../config/schema.ts';
import { type Finding, ok } from '../../health/finding.ts';
import { systemClock } from '../../platform/clock.ts';
import { levelPrefix, ownTopics } from '../../publications/topics.ts';
import { checkRemoteBroker } from './check-remote-broker.ts';

/** Whether the brokers elsewhere that the configuration names let this appliance in. */
export async function* checkOtherBrokers(
  config: Config,
  credentialsDirectory: string | undefined,
): AsyncGenerator<Finding> {
  yield await upstreamFinding(config, credentialsDirectory);
  yield await satelliteFinding(config, credentialsDirectory);
}

async function upstreamFinding(
  { mqttConfig, brokerConfig }: Config,
  credentialsDirectory: string | undefined,
): Promise<Finding> {
  const name = 'Upstream broker';
  if (!mqttConfig.enable) return ok(name, 'off (Butler.mqttConfig.enable is false)');
  const { brokerHost: host, brokerPort: port } = mqttConfig;
  if (host === '') return ok(name, 'none (Butler.mqttConfig.brokerHost is empty)');
  return checkRemoteBroker({
    name,
    broker: upstreamBroker(mqttConfig, credentialsDirectory),
    locate: async () => ({ host, port }),
    ownPort: brokerConfig.port,
    filters: [],
    will: {
      topic: levelPrefix(mqttConfig.brokerTopicPrefix) + ownTopics.status,
      retain: mqttConfig.retain,
    },
    now: () => systemClock.now(),
  });
}

async function satelliteFinding(
  { satelliteConfig, mqttConfig, brokerConfig }: Config,
  credentialsDirectory: string | undefined,
): Promise<Finding> {
  const name = "Satellite's broker";
  if (satelliteConfig.brokerHost === '') {
    return ok(name, 'none (Butler.satelliteConfig.brokerHost is empty)');
  }
  const { topics } = createMessageReader({
    topics: mqttConfig,
    topicPrefix: levelPrefix(satelliteConfig.brokerTopicPrefix),
    readUserAgent: () => ({}),
  });
  return checkRemoteBroker({
    name,
    broker: sourceBroker(satelliteConfig, credentialsDirectory),
    locate: createLocator({
      settings: satelliteConfig,
      browse: () => browse({ clock: systemClock, waitMs: browseMs }),
      isOwnBroker: createOwnBrokerTest(() => [brokerConfig.port]),
    }),
    ownPort: brokerConfig.port,
    filters: topics,
    now: () => systemClock.now(),
  });
}
