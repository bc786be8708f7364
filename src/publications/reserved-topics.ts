import { ownTopics, type TopicSettings, topicKeys } from './topics.ts';

/** The settings that define where the appliance publishes. */
export interface ReservedTopicSettings extends TopicSettings {
  readonly enable: boolean;
  readonly homeAssistant: { readonly enable: boolean; readonly discoveryPrefix: string };
}

/** Always reserved, with everything below them: the appliance's own topics are there. */
const reservedPrefixes = ['qliksense', 'blinky', '$SYS'];

/**
 * Returns a function that tests whether only the appliance may publish on a topic, unless a user has
 * explicit permission: its own topics, those that the configuration names, and Home Assistant's discovery topics,
 * where somebody could publish a fake device. Home Assistant's own birth topic is not
 * reserved: Home Assistant publishes there itself.
 */
export function createReservedTopics(settings: ReservedTopicSettings): (topic: string) => boolean {
  const { enable, homeAssistant } = settings;
  // With the discovery prefix `blinky`, the status topic would also be the birth topic.
  const published = new Set([ownTopics.status, ...topicKeys.map((key) => settings[key])]);
  const isDiscoverable = enable && homeAssistant.enable;
  const prefixes = [
    ...reservedPrefixes,
    ...(isDiscoverable ? [homeAssistant.discoveryPrefix] : []),
  ];
  const birthTopic = isDiscoverable ? `${homeAssistant.discoveryPrefix}/status` : undefined;
  return (topic) => {
    if (published.has(topic)) return true;
    if (topic === birthTopic) return false;
    return prefixes.some((prefix) => topic === prefix || topic.startsWith(`${prefix}/`));
  };
}
