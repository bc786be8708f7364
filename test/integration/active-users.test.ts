import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashPassword } from '../../src/access/password.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const session = (verb: 'Start' | 'Stop', user: string, host = 'sense1') =>
  `/proxy-session/;${host};${verb} session;${user.replace('/', ';')};AppAccess;/hub/;`;

const topics = {
  count: 'qliksense/users/active/count',
  names: 'qliksense/users/active/usernames',
  users: 'qliksense/users/active/users',
};

interface Listed {
  readonly count: number;
  readonly anonymous: number;
  readonly users: readonly { readonly userDirectory: string; readonly userId: string }[];
}

describe('the active users', () => {
  test('on MQTT, in /api/status and /metrics, and again after a restart', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const password = 'correct horse';
    const settings = [
      'brokerConfig.access.personalData=signedIn',
      `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword(password)}"}]`,
    ];
    const one = await startTestApp(context, settings, { stateDirectory });
    const anna = await one.subscribe(Object.values(topics), { username: 'anna', password });
    const anybody = await one.subscribe(Object.values(topics));
    const last = (topic: string, of = anna) =>
      of.messages.findLast((message) => message.topic === topic)?.payload ?? '';
    await one.send(session('Start', 'LAB/goran'));
    await one.send(session('Start', 'HQ/goran', 'sense2'));
    for (let index = 0; index < 20; index += 1) {
      await one.send(session('Start', `NONE/anonymous${index}-b52d-4e1c-9d0e`));
    }
    await waitFor('all of them', () => last(topics.count) === '22');
    const expected: Listed = {
      count: 22,
      anonymous: 20,
      users: [
        { userDirectory: 'LAB', userId: 'goran' },
        { userDirectory: 'HQ', userId: 'goran' },
      ],
    };
    await waitFor('the list', () => (JSON.parse(last(topics.users)) as Listed).count === 22);
    const sorted = (listed: Listed) => ({
      ...listed,
      users: [...listed.users].sort((a, b) => b.userDirectory.localeCompare(a.userDirectory)),
    });
    assert.deepEqual(sorted(JSON.parse(last(topics.users)) as Listed), expected);
    assert.equal(last(topics.names), '["anonymous","goran","goran"]');
    await waitFor('the counts, for anybody', () => last(topics.count, anybody) === '22');
    await waitFor('the list without names', () =>
      last(topics.users, anybody).includes('"count":22'),
    );
    for (const { payload } of anybody.messages) assert.doesNotMatch(payload, /goran|LAB|HQ/);

    const status = (await (await one.get('/api/status')).json()) as {
      activeUsers: number;
      topics: Record<string, string>;
    };
    assert.equal(status.activeUsers, 22);
    assert.equal(status.topics['activeUsersWithDirectory'], topics.users);
    const metrics = await (await one.get('/metrics')).text();
    assert.match(metrics, /^blinky_active_users 22$/m);
    assert.match(metrics, /^blinky_active_users_anonymous 20$/m);
    assert.match(metrics, /^blinky_active_sessions 22$/m);
    assert.match(metrics, /^blinky_active_users_dropped_total 0$/m);

    await one.send(session('Stop', 'HQ/goran', 'sense1'));
    await waitFor('one less', () => last(topics.count) === '21');
    await one.stop();
    const two = await startTestApp(context, settings, { stateDirectory });
    const after = await two.subscribe(Object.values(topics), { username: 'anna', password });
    assert.equal(await after.received(topics.count), '21');
    assert.deepEqual((JSON.parse(await after.received(topics.users)) as Listed).users, [
      { userDirectory: 'LAB', userId: 'goran' },
    ]);
  });

  test('6,000 anonymous visitors: a client that takes packets of 256 KiB still gets both lists', async (context) => {
    const { send, subscribe } = await startTestApp(context);
    const { messages } = await subscribe(Object.values(topics), {
      protocolVersion: 5,
      properties: { maximumPacketSize: 262_144 },
    });
    const last = (topic: string) => messages.findLast((one) => one.topic === topic)?.payload ?? '';
    const visitor = (number: number) =>
      `NONE/anonymous${String(number).padStart(8, '0')}-b52d-4e1c-9d0e-7c1e5b2f9a10`;
    await send(`${session('Start', 'LAB/goran')}\n${session('Start', 'LAB/anna')}`);
    for (let number = 0; number < 6000; number += 100) {
      const hundred = Array.from({ length: 100 }, (_, index) =>
        session('Start', visitor(number + index)),
      );
      await send(hundred.join('\n'));
      // No datagram may be lost because the kernel has no room for it.
      await waitFor('these', () => Number(last(topics.count)) >= number + 100);
    }
    await waitFor('all of them', () => last(topics.count) === '6002');
    await waitFor('the list', () => last(topics.users).includes('"count":6002,"anonymous":6000'));
    assert.equal(last(topics.names), '["anonymous","goran","anna"]');
  });

  test('on topics with other names', async (context) => {
    const { send, subscribe } = await startTestApp(context, [
      'mqttConfig.activeUsersWithDirectoryTopic=office/who',
    ]);
    const { messages } = await subscribe('office/who');
    await send(session('Start', 'LAB/goran'));
    await waitFor('the user', () => messages.some(({ payload }) => payload.includes('goran')));
  });
});
