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
  const add = (topic: string, payloadOf: (event: UserEvent) => string) => {
    if (isWanted(topic)) publications.push({ topic, payload: payloadOf(event) });
  };
  add(ownTopics.event, JSON.stringify);
  if (!settings.enable) return publications;
  add(settings.everythingTopic, butlerSosJson);
  add(topicOf(event.kind, settings), settings.payload === 'json' ? butlerSosJson : butlerText);
  return publications;
}
