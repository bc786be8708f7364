import { ownTopics, type TopicSettings, topicKeys } from './topics.ts';

/** The settings that say where the appliance publishes. */
export interface ReservedTopicSettings extends TopicSettings {
  readonly enable: boolean;
  readonly homeAssistant: { readonly enable: boolean; readonly discoveryPrefix: string };
}

/** Reserved with everything below them, whatever the configuration says. Our own topics are there. */
const reservedPrefixes = ['qliksense', 'blinky', '$SYS'];

/**
 * Makes the test for topics on which nobody but the appliance publishes, unless the right was given
 * explicitly: its own, those that the configuration names, and Home Assistant's discovery topics,
 * where a forged device could pass for the appliance. Home Assistant's own birth topic is not
 * reserved: Home Assistant publishes there itself.
 */
export function createReservedTopics(settings: ReservedTopicSettings): (topic: string) => boolean {
  const { enable, homeAssistant } = settings;
  // The one of our own topics that discovery could take for its birth topic, with the prefix `blinky`.
  const published = new Set([ownTopics.status, ...topicKeys.map((key) => settings[key])]);
  const isAnnounced = enable && homeAssistant.enable;
  const prefixes = [...reservedPrefixes, ...(isAnnounced ? [homeAssistant.discoveryPrefix] : [])];
  const birthTopic = isAnnounced ? `${homeAssistant.discoveryPrefix}/status` : undefined;
  return (topic) => {
    if (published.has(topic)) return true;
    if (topic === birthTopic) return false;
    return prefixes.some((prefix) => topic === prefix || topic.startsWith(`${prefix}/`));
  };
}
