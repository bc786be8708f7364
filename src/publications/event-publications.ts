import type { UserEvent } from '../events/user-event.ts';
import { butlerSosJson, butlerText } from './payloads.ts';
import type { Publication } from './publication.ts';
import { ownTopics, type TopicSettings, topicOf } from './topics.ts';

/** `Butler.mqttConfig`, as far as it says what is published. */
export interface PublicationSettings extends TopicSettings {
  /** When false, only the appliance's own topics go out. */
  readonly enable: boolean;
  readonly payload: 'text' | 'json';
}

/**
 * Everything that is published about an event, the richest form first: who subscribes to several
 * (a satellite does) hears first what tells it most.
 * @param isWanted whether anybody would get what is published on a topic; the rest is not made
 */
export function publicationsOf(
  event: UserEvent,
  settings: PublicationSettings,
  isWanted: (topic: string) => boolean = () => true,
): Publication[] {
  const publications: Publication[] = [];
  if (isWanted(ownTopics.event)) {
    publications.push({ topic: ownTopics.event, payload: JSON.stringify(event) });
  }
  if (!settings.enable) return publications;
  const { everythingTopic } = settings;
  if (isWanted(everythingTopic)) {
    publications.push({ topic: everythingTopic, payload: butlerSosJson(event) });
  }
  const topic = topicOf(event.kind, settings);
  if (isWanted(topic)) {
    const payload = settings.payload === 'json' ? butlerSosJson(event) : butlerText(event);
    publications.push({ topic, payload });
  }
  return publications;
}
