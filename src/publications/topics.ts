import type { Colour } from '../../hardware/lamp.ts';
import { byKind, type EventKind, eventKinds, type KindKey, kinds } from '../events/kinds.ts';
import { recordOf } from '../platform/record-of.ts';

/** How payloads name users: as an event does, in a list of user ids, or as users with directories. */
export type Naming = 'event' | 'user-ids' | 'users';

/** One topic on which the appliance publishes. */
interface TopicRow {
  readonly topic: string;
  /**
   * How its payloads name users; names are hidden from clients that may not see them. A row without it
   * is treated as a topic of events; `nobody` must be explicit.
   */
  readonly names?: Naming | 'nobody';
}

type KindTopicKey = `${KindKey}Topic`;
const kindTopicKeys: Readonly<Record<EventKind, KindTopicKey>> = byKind(
  (kind) => `${kinds[kind].key}Topic` as const,
);
const kindRows = Object.fromEntries(
  eventKinds.map((kind) => [kindTopicKeys[kind], { topic: kinds[kind].topic }]),
) as Record<KindTopicKey, TopicRow>;

/** The topics that settings name, by their keys in `Butler.mqttConfig`: Butler's, and one more. */
const settingRows = {
  ...kindRows,
  everythingTopic: { topic: 'qliksense/userevent' },
  sessionServerStatusTopic: { topic: 'qliksense/butler/session_server', names: 'nobody' },
  activeUserCountTopic: { topic: 'qliksense/users/active/count', names: 'nobody' },
  activeUsersTopic: { topic: 'qliksense/users/active/usernames', names: 'user-ids' },
  activeUsersWithDirectoryTopic: { topic: 'qliksense/users/active/users', names: 'users' },
} as const satisfies Record<string, TopicRow>;

/** The appliance's own topics, the same everywhere. */
const ownRows = {
  status: { topic: 'blinky/status', names: 'nobody' },
  event: { topic: 'blinky/event' },
  /** Whether events can be received by UDP. Retained, unlike Butler's `session_server`. */
  receiving: { topic: 'blinky/receiving', names: 'nobody' },
  /** Where clients request a test blink. */
  blink: { topic: 'blinky/blink', names: 'nobody' },
} as const satisfies Record<string, TopicRow>;

export type TopicKey = keyof typeof settingRows;
export const topicKeys = Object.keys(settingRows) as readonly TopicKey[];

/** The settings that name topics, as `Butler.mqttConfig` has them. */
export type TopicSettings = Readonly<Record<TopicKey, string>>;

/** The default topics. */
export const butlerTopics: TopicSettings = recordOf(topicKeys, (key) => settingRows[key].topic);

/** The appliance's own topics; those that a function returns name nobody. */
export const ownTopics = {
  status: ownRows.status.topic,
  event: ownRows.event.topic,
  receiving: ownRows.receiving.topic,
  blink: ownRows.blink.topic,
  light: (colour: Colour) => `blinky/light/${colour}`,
  activePerServer: (host: string) => `qliksense/users/activeperserver/${topicLevel(host)}/count`,
} as const;

/** The topic on which a kind of event is published. */
export function topicOf(kind: EventKind, topics: TopicSettings): string {
  return topics[kindTopicKeys[kind]];
}

/**
 * The topics whose payloads name users in this way: as configured, their defaults (other brokers may
 * use them), and the appliance's own.
 */
export function topicsThatName(naming: Naming, topics: TopicSettings): readonly string[] {
  const isWanted = ({ names = 'event' }: TopicRow) => names === naming;
  const keys = topicKeys.filter((key) => isWanted(settingRows[key]));
  return [
    ...keys.map((key) => topics[key]),
    ...keys.map((key) => butlerTopics[key]),
    ...Object.values(ownRows).flatMap((row: TopicRow) => (isWanted(row) ? [row.topic] : [])),
  ];
}

/**
 * Makes text from the network one level of a topic: no separators or wildcards (MQTT 3.1.1, sections
 * 4.7.1 and 4.7.3), no leading `$`, which is reserved for servers (4.7.2), and never empty.
 */
export function topicLevel(text: string): string {
  const safe = text.replace(/[+#/\0]/g, '_').replace(/^\$/, '_');
  return safe === '' ? '_' : safe;
}

/** Returns a topic prefix that is empty or ends in `/`. */
export function levelPrefix(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}
