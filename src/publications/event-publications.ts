import { byKind, kinds } from '../events/kinds.ts';
import { type UserEvent, userName } from '../events/user-event.ts';
import type { Publication } from './publication.ts';
import { ownTopics, type TopicSettings, topicOf } from './topics.ts';

/** The part of `Butler.mqttConfig` that decides what is published. */
export interface PublicationSettings extends TopicSettings {
  /** When false, only the appliance's own topics are published. */
  readonly enable: boolean;
  readonly payload: 'text' | 'json';
}

/**
 * Everything that is published about an event, the richest form first, so that a client that
 * subscribes to several topics (a satellite does) receives it first.
 * @param isWanted whether a topic has subscribers; publications without any are not built
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

/** `sense1: LAB/goran`, as Butler up to version 6 publishes an event. */
export function butlerText(event: UserEvent): string {
  return `${event.host}: ${userName(event)}`;
}

const messageTypeOf = byKind((kind) => `qseow-proxy-${kinds[kind].log}`);

/** The event as Butler SOS publishes it (src/lib/post-to-mqtt.js of Butler SOS 15). */
export function butlerSosJson(event: UserEvent): string {
  // JSON leaves out keys whose value is undefined.
  return JSON.stringify({
    messageType: messageTypeOf[event.kind],
    host: event.host,
    command: event.command,
    userDir: event.userDirectory,
    userId: event.userId,
    origin: event.origin,
    context: event.context,
    message: event.message,
    appId: event.appId,
    uaBrowserName: event.browser?.name,
    uaBrowserMajorVersion: event.browser?.majorVersion,
    uaOsName: event.os?.name,
    uaOsVersion: event.os?.version,
    tags: {},
  });
}
