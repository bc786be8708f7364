import { topic } from '../config/fields.ts';
import { recordOf } from '../platform/record-of.ts';
import { butlerTopics, topicKeys } from './topics.ts';

/** The settings of `Butler.mqttConfig` that name topics. */
export const topicFields = recordOf(topicKeys, (key) => topic(butlerTopics[key]));
