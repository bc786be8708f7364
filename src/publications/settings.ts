import { topic } from '../config/fields.ts';
import { recordOf } from '../platform/record-of.ts';
import { butlerTopics, type TopicKey, topicKeys } from './topics.ts';

const meanings: Readonly<Record<TopicKey, string>> = {
  sessionStartTopic: 'Topic for started sessions.',
  sessionStopTopic: 'Topic for stopped sessions.',
  connectionOpenTopic: 'Topic for opened connections.',
  connectionCloseTopic: 'Topic for closed connections.',
  everythingTopic: 'Topic for all events, as JSON in the form of Butler SOS.',
  sessionServerStatusTopic: 'Topic that says whether events can arrive (`start` or `error`).',
  activeUserCountTopic: 'Topic for the number of active users.',
  activeUsersTopic: 'Topic for the list of active users, without their directories.',
  activeUsersWithDirectoryTopic: 'Topic for the list of active users, with their directories.',
};

/** The settings of `Butler.mqttConfig` that name topics. */
export const topicFields = recordOf(topicKeys, (key) =>
  topic(butlerTopics[key]).describe(meanings[key]),
);
