import { personalFields } from '../events/personal-data.ts';
import { type Naming, type TopicSettings, topicsThatName } from '../publications/topics.ts';

/** Removes people's names from what appliances publish. */
export type NameRemover = (topic: string, payload: string) => string;

/**
 * Keys (in lower case) that hold a person's name in an event's JSON, in our own form or Butler
 * SOS's.
 */
const personalKeys = new Set([...personalFields.map((key) => key.toLowerCase()), 'userdir']);

const removers: Readonly<Record<Naming, (payload: string) => string>> = {
  users: usersWithoutNames,
  'user-ids': () => '[]',
  event: eventWithoutName,
};
/** The strictest first, for topics that several settings use. */
const namings = Object.keys(removers) as readonly Naming[];

/**
 * Creates the function that removes the user's name and directory from events, and leaves
 * everything else unchanged.
 * Other appliances may publish on this one's broker as well (`mqttConfig.brokerHost`): below their
 * own prefix, and on Butler's topics where this appliance uses others.
 */
export function createNameRemover(topics: TopicSettings): NameRemover {
  const rules = namings.map((naming) => ({
    isNamed: namedBy(topicsThatName(naming, topics)),
    remove: removers[naming],
  }));
  return (topic, payload) => {
    for (const { isNamed, remove } of rules) if (isNamed(topic)) return remove(payload);
    return payload;
  };
}

/** Creates the test whether a topic is one of these, directly or below a prefix. */
function namedBy(topics: readonly string[]): (topic: string) => boolean {
  const names = [...new Set(topics)].map((topic) => [topic, `/${topic}`] as const);
  return (topic) => names.some(([name, end]) => topic === name || topic.endsWith(end));
}

/** The counts, without names. */
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

/**
 * Empty for anything other than `host: directory/user`: a client that may publish there can publish
 * anything.
 */
function butlerTextWithoutName(text: string): string {
  const host = /^[^"[\]]*?: /.exec(text);
  return host ? `${host[0]}/` : '';
}

/** Undefined if it isn't an event. */
function parsed(payload: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(payload) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
