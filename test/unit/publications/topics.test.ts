import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { butlerTopics, topicOf, topicsThatName } from '../../../src/publications/topics.ts';

describe('topics', () => {
  test('are by default those of the contract, in its order', () => {
    assert.equal(
      JSON.stringify(butlerTopics),
      JSON.stringify({
        sessionStartTopic: 'qliksense/session/start',
        sessionStopTopic: 'qliksense/session/stop',
        connectionOpenTopic: 'qliksense/connection/open',
        connectionCloseTopic: 'qliksense/connection/close',
        everythingTopic: 'qliksense/userevent',
        sessionServerStatusTopic: 'qliksense/butler/session_server',
        activeUserCountTopic: 'qliksense/users/active/count',
        activeUsersTopic: 'qliksense/users/active/usernames',
        activeUsersWithDirectoryTopic: 'qliksense/users/active/users',
      }),
    );
  });

  test('each kind of event goes out on its own', () => {
    const topics = { ...butlerTopics, connectionCloseTopic: 'door/shut' };
    assert.equal(topicOf('connection-close', topics), 'door/shut');
    assert.equal(topicOf('session-start', topics), 'qliksense/session/start');
  });

  test('which name people, and how', () => {
    assert.deepEqual(
      new Set(topicsThatName('event', butlerTopics)),
      new Set([
        'qliksense/session/start',
        'qliksense/session/stop',
        'qliksense/connection/open',
        'qliksense/connection/close',
        'qliksense/userevent',
        'blinky/event',
      ]),
    );
    const renamed = { ...butlerTopics, activeUsersTopic: 'who' };
    assert.deepEqual(topicsThatName('user-ids', renamed), [
      'who',
      'qliksense/users/active/usernames',
    ]);
    assert.deepEqual(
      new Set(topicsThatName('users', renamed)),
      new Set(['qliksense/users/active/users']),
    );
  });
});
