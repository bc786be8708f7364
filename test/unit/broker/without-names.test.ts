import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActiveUsers } from '../../../src/active-users/active-users.ts';
import { createNameRemover } from '../../../src/broker/without-names.ts';
import { defaultConfig } from '../../../src/config/load.ts';
import { eventKinds } from '../../../src/events/kinds.ts';
import { withoutPersonalData } from '../../../src/events/personal-data.ts';
import {
  type PublicationSettings,
  publicationsOf,
} from '../../../src/publications/event-publications.ts';
import type { Publication } from '../../../src/publications/publication.ts';
import { StatePublisher } from '../../../src/publications/state-publisher.ts';
import { butlerTopics, topicKeys } from '../../../src/publications/topics.ts';
import { userEvent } from '../../support/events.ts';

const { mqttConfig } = defaultConfig();
const named = { userDirectory: 'SECRETDIR', userId: 'secretid', message: 'SECRETDIR\\secretid' };
const events = eventKinds.map((kind) => userEvent({ kind, ...named }));

/** Everything that is published about these events and their users. */
function publicationsWith(settings: PublicationSettings, topicPrefix: string): Publication[] {
  const heard: Publication[] = [];
  const statePublisher = new StatePublisher(settings);
  statePublisher.attach({ topicPrefix: '', publish: (publication) => heard.push(publication) });
  const users = new ActiveUsers();
  for (const event of events) {
    users.apply(event);
    statePublisher.activeUsers(users);
    for (const payload of ['text', 'json'] as const) {
      heard.push(...publicationsOf(event, { ...settings, payload }));
    }
  }
  return heard.map((publication) => ({ ...publication, topic: topicPrefix + publication.topic }));
}

const renamed = {
  ...mqttConfig,
  ...Object.fromEntries(topicKeys.map((key) => [key, `elsewhere/${key}`])),
};

describe('names hidden from clients that may not see them', () => {
  const remove = createNameRemover(mqttConfig);
  const removeRenamed = createNameRemover(renamed);
  for (const [words, published, hide] of [
    ['on the topics by default', publicationsWith(mqttConfig, ''), remove],
    ['on topics that were renamed', publicationsWith(renamed, ''), removeRenamed],
    [
      'by another appliance, below its prefix',
      publicationsWith(mqttConfig, 'site/'),
      removeRenamed,
    ],
  ] as const) {
    test(`no published message names anyone: ${words}`, () => {
      for (const { topic, payload } of published) {
        assert.doesNotMatch(hide(topic, payload), /secret/i, topic);
      }
      const naming = published.filter(({ payload }) => /secret/i.test(payload));
      // One topic per kind, `blinky/event`, `userevent`, and two lists of users.
      assert.equal(new Set(naming.map(({ topic }) => topic)).size, eventKinds.length + 4);
    });
  }

  test('messages that name nobody are unchanged', () => {
    for (const topic of [
      butlerTopics.activeUserCountTopic,
      butlerTopics.sessionServerStatusTopic,
      'blinky/status',
      'blinky/receiving',
      'blinky/light/green',
      'blinky/blink',
      'some/other/topic',
    ]) {
      assert.equal(remove(topic, 'as it is'), 'as it is', topic);
    }
  });

  test('a topic used for events and for users is treated as that of users', () => {
    const same = createNameRemover({ ...mqttConfig, activeUsersTopic: 'qliksense/userevent' });
    assert.equal(same('qliksense/userevent', 'h: LAB/goran'), '[]');
  });

  test('the page shows events without the user, but with everything else', () => {
    for (const event of events) {
      const shown = withoutPersonalData(event);
      assert.doesNotMatch(JSON.stringify(shown), /secret/i);
      assert.deepEqual({ ...shown, ...named }, event);
    }
  });
});
