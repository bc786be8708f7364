import type { EventKind } from '../events/kinds.ts';

/** The settings that name topics, as `Butler.mqttConfig` has them. */
export interface TopicSettings {
  readonly sessionStartTopic: string;
  readonly sessionStopTopic: string;
  readonly connectionOpenTopic: string;
  readonly connectionCloseTopic: string;
  readonly everythingTopic: string;
  readonly sessionServerStatusTopic: string;
  readonly activeUserCountTopic: string;
  readonly activeUsersTopic: string;
  readonly activeUsersWithDirectoryTopic: string;
}

/** What the settings name where nobody has changed them: Butler's topics, and one beside them. */
export const butlerTopics: TopicSettings = {
  sessionStartTopic: 'qliksense/session/start',
  sessionStopTopic: 'qliksense/session/stop',
  connectionOpenTopic: 'qliksense/connection/open',
  connectionCloseTopic: 'qliksense/connection/close',
  everythingTopic: 'qliksense/userevent',
  sessionServerStatusTopic: 'qliksense/butler/session_server',
  activeUserCountTopic: 'qliksense/users/active/count',
  activeUsersTopic: 'qliksense/users/active/usernames',
  activeUsersWithDirectoryTopic: 'qliksense/users/active/users',
};

/** The appliance's own topics, the same everywhere. */
export const ownTopics = {
  status: 'blinky/status',
  event: 'blinky/event',
  /** Whether events can arrive by UDP, retained; Butler's `session_server` is not. */
  receiving: 'blinky/receiving',
  blink: 'blinky/blink',
  light: (colour: 'green' | 'red') => `blinky/light/${colour}`,
  activePerServer: (host: string) => `qliksense/users/activeperserver/${topicLevel(host)}/count`,
} as const;

/** The topic on which each kind of event goes out. */
export function topicOf(kind: EventKind, topics: TopicSettings): string {
  switch (kind) {
    case 'session-start':
      return topics.sessionStartTopic;
    case 'session-stop':
      return topics.sessionStopTopic;
    case 'connection-open':
      return topics.connectionOpenTopic;
    case 'connection-close':
      return topics.connectionCloseTopic;
  }
}

/**
 * Text from the network as one level of a topic: no separators or wildcards (MQTT 3.1.1, sections
 * 4.7.1 and 4.7.3), no leading `$`, which is kept for servers (4.7.2), and never empty.
 */
export function topicLevel(text: string): string {
  const safe = text.replace(/[+#/\0]/g, '_').replace(/^\$/, '_');
  return safe === '' ? '_' : safe;
}

/** A prefix of topics as they take it: empty, or with the `/` that ends its last level. */
export function levelPrefix(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}
