import { ownTopics, type TopicSettings } from './topics.ts';

/** The settings that say where the appliance publishes. */
export interface ReservedTopicSettings extends TopicSettings {
  readonly enable: boolean;
  readonly homeAssistant: { readonly enable: boolean; readonly discoveryPrefix: string };
}

/** Reserved with everything below them, whatever the configuration says. */
const reservedPrefixes = ['qliksense', 'blinky', '$SYS'];

/**
 * Makes the test for topics on which nobody but the appliance publishes, unless the right was given
 * explicitly: its own, those that the configuration names, and Home Assistant's discovery topics,
 * where a forged device could pass for the appliance. Home Assistant's own birth topic is not
 * reserved: Home Assistant publishes there itself.
 */
export function createReservedTopics(settings: ReservedTopicSettings): (topic: string) => boolean {
  const { enable, homeAssistant } = settings;
  const published = new Set<string>([
    ownTopics.status,
    ownTopics.event,
    ownTopics.receiving,
    ownTopics.light('green'),
    ownTopics.light('red'),
    settings.sessionStartTopic,
    settings.sessionStopTopic,
    settings.connectionOpenTopic,
    settings.connectionCloseTopic,
    settings.everythingTopic,
    settings.sessionServerStatusTopic,
    settings.activeUserCountTopic,
    settings.activeUsersTopic,
    settings.activeUsersWithDirectoryTopic,
  ]);
  const isAnnounced = enable && homeAssistant.enable;
  const prefixes = [...reservedPrefixes, ...(isAnnounced ? [homeAssistant.discoveryPrefix] : [])];
  const birthTopic = isAnnounced ? `${homeAssistant.discoveryPrefix}/status` : undefined;
  return (topic) => {
    if (published.has(topic)) return true;
    if (topic === birthTopic) return false;
    return prefixes.some((prefix) => topic === prefix || topic.startsWith(`${prefix}/`));
  };
}
