import { ownTopics, type TopicSettings } from '../../publications/topics.ts';

/** Takes people's names out of what the appliance publishes. */
export type NameRemover = (topic: string, payload: string) => string;

/** Keys under which an event's JSON names a person; the message often repeats the name. */
const personalKeys = ['userDirectory', 'userDir', 'userId', 'message'] as const;

/** Makes the function that leaves every event as it is but for the user's name and directory. */
export function createNameRemover(topics: TopicSettings): NameRemover {
  const eventTopics = new Set([
    topics.sessionStartTopic,
    topics.sessionStopTopic,
    topics.connectionOpenTopic,
    topics.connectionCloseTopic,
    topics.everythingTopic,
    ownTopics.event,
  ]);
  return (topic, payload) => {
    if (topic === topics.activeUsersTopic) return '[]';
    if (!eventTopics.has(topic)) return payload;
    if (!payload.startsWith('{')) return payload.replace(/: .*$/s, ': /');
    const event = parsed(payload);
    if (!event) return '';
    for (const key of personalKeys) if (key in event) event[key] = '';
    return JSON.stringify(event);
  };
}

/** Undefined for what is no event: a client that may publish there can publish anything. */
function parsed(payload: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(payload) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
