import { butlerTopics, ownTopics, type TopicSettings } from '../publications/topics.ts';

/** Takes people's names out of what appliances publish. */
export type NameRemover = (topic: string, payload: string) => string;

/** Keys (in lower case) under which an event's JSON names a person; the message often repeats the name. */
const personalKeys = new Set(['userdirectory', 'userdir', 'userid', 'message']);

/**
 * Makes the function that leaves every event as it is but for the user's name and directory.
 *
 * Other appliances may publish on this one's broker as well (`mqttConfig.brokerHost`): below a prefix
 * of their own, and on Butler's topics where this one has others.
 */
export function createNameRemover(topics: TopicSettings): NameRemover {
  const ofEvents = namedBy([...eventTopics(topics), ...eventTopics(butlerTopics), ownTopics.event]);
  const ofUsers = namedBy([topics.activeUsersTopic, butlerTopics.activeUsersTopic]);
  const ofUsersWithDirectory = namedBy([
    topics.activeUsersWithDirectoryTopic,
    butlerTopics.activeUsersWithDirectoryTopic,
  ]);
  return (topic, payload) => {
    if (ofUsersWithDirectory(topic)) return usersWithoutNames(payload);
    if (ofUsers(topic)) return '[]';
    return ofEvents(topic) ? eventWithoutName(payload) : payload;
  };
}

const eventTopics = (topics: TopicSettings): readonly string[] => [
  topics.sessionStartTopic,
  topics.sessionStopTopic,
  topics.connectionOpenTopic,
  topics.connectionCloseTopic,
  topics.everythingTopic,
];

/** Makes the test whether a topic is one of these, as it is or below a prefix. */
function namedBy(topics: readonly string[]): (topic: string) => boolean {
  const names = [...new Set(topics)].map((topic) => [topic, `/${topic}`] as const);
  return (topic) => names.some(([name, end]) => topic === name || topic.endsWith(end));
}

/** The figures, which are no names, and nobody. */
function usersWithoutNames(payload: string): string {
  const { count, anonymous } = parsed(payload) ?? {};
  return JSON.stringify({
    count: typeof count === 'number' ? count : undefined,
    anonymous: typeof anonymous === 'number' ? anonymous : undefined,
    users: [],
  });
}

function eventWithoutName(payload: string): string {
  const text = payload.trimStart();
  if (!text.startsWith('{')) return butlerTextWithoutName(text);
  const event = parsed(text);
  if (!event) return '';
  for (const key of Object.keys(event)) if (personalKeys.has(key.toLowerCase())) event[key] = '';
  return JSON.stringify(event);
}

/** Empty for what is not `host: directory/user`: a client that may publish there can publish anything. */
function butlerTextWithoutName(text: string): string {
  const host = /^[^"[\]]*?: /.exec(text);
  return host ? `${host[0]}/` : '';
}

/** Undefined for what is no event. */
function parsed(payload: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(payload) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
