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
 */
export function publicationsOf(event: UserEvent, settings: PublicationSettings): Publication[] {
  const whole = { topic: ownTopics.event, payload: JSON.stringify(event) };
  if (!settings.enable) return [whole];
  const json = butlerSosJson(event);
  return [
    whole,
    { topic: settings.everythingTopic, payload: json },
    {
      topic: topicOf(event.kind, settings),
      payload: settings.payload === 'json' ? json : butlerText(event),
    },
  ];
}
