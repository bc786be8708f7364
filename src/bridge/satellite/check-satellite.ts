import type { CheckInput } from '../../health/check.ts';
import { type Finding, ok } from '../../health/finding.ts';
import { systemClock } from '../../platform/clock.ts';
import { levelPrefix } from '../../publications/topics.ts';
import { createOwnBrokerTest } from '../link/own-broker.ts';
import { sourceBroker } from '../link/remote-broker.ts';
import { browse, browseMs } from './browse.ts';
import { createMessageReader, type MessageReaderOptions } from './read-message.ts';
import type { SatelliteSettings } from './settings.ts';

interface NeededConfig {
  readonly satelliteConfig: SatelliteSettings;
  /** The topics of events. */
  readonly mqttConfig: MessageReaderOptions['topics'];
  readonly brokerConfig: { readonly port: number };
}

/** Checks whether the broker that the events come from accepts this appliance. */
export async function* checkSatellite({
  config,
  environment,
  now,
}: CheckInput<NeededConfig>): AsyncGenerator<Finding> {
  const { satelliteConfig, mqttConfig, brokerConfig } = config;
  const name = "Satellite's broker";
  if (satelliteConfig.brokerHost === '') {
    yield ok(name, 'none (Butler.satelliteConfig.brokerHost is empty)');
    return;
  }
  const { topics } = createMessageReader({
    topics: mqttConfig,
    topicPrefix: levelPrefix(satelliteConfig.brokerTopicPrefix),
    readUserAgent: () => ({}),
  });
  const { checkRemoteBroker } = await import('../link/check-remote-broker.ts');
  const { createLocator } = await import('./locate.ts');
  yield await checkRemoteBroker({
    name,
    broker: sourceBroker(satelliteConfig, environment['CREDENTIALS_DIRECTORY']),
    locate: createLocator({
      settings: satelliteConfig,
      browse: () => browse({ clock: systemClock, waitMs: browseMs }),
      isOwnBroker: createOwnBrokerTest(() => [brokerConfig.port]),
    }),
    ownPort: brokerConfig.port,
    filters: topics,
    now,
  });
}
