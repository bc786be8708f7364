import type { CheckInput } from '../../health/check.ts';
import { type Finding, ok } from '../../health/finding.ts';
import { levelPrefix, ownTopics } from '../../publications/topics.ts';
import { upstreamBroker } from '../link/remote-broker.ts';
import type { RemoteBrokerSettings } from '../link/settings.ts';

interface NeededConfig {
  readonly mqttConfig: RemoteBrokerSettings & {
    readonly enable: boolean;
    readonly brokerTopicPrefix: string;
    readonly retain: boolean;
  };
  readonly brokerConfig: { readonly port: number };
}

/** Checks whether the upstream broker accepts this appliance. */
export async function* checkUpstream({
  config,
  environment,
  now,
}: CheckInput<NeededConfig>): AsyncGenerator<Finding> {
  const { mqttConfig, brokerConfig } = config;
  const { brokerHost: host, brokerPort: port } = mqttConfig;
  const name = 'Upstream broker';
  if (!mqttConfig.enable) {
    yield ok(name, 'off (Butler.mqttConfig.enable is false)');
    return;
  }
  if (host === '') {
    yield ok(name, 'none (Butler.mqttConfig.brokerHost is empty)');
    return;
  }
  const { checkRemoteBroker } = await import('../link/check-remote-broker.ts');
  yield await checkRemoteBroker({
    name,
    broker: upstreamBroker(mqttConfig, environment['CREDENTIALS_DIRECTORY']),
    locate: async () => ({ host, port }),
    ownPort: brokerConfig.port,
    filters: [],
    will: {
      topic: levelPrefix(mqttConfig.brokerTopicPrefix) + ownTopics.status,
      retain: mqttConfig.retain,
    },
    now,
  });
}
