import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startFakeSlack } from '../support/fake-slack.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const token = 'xoxb-1-test-token';
const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';

describe('the appliance and Slack', () => {
  test("posts an event in Butler's words, escaped", async (context) => {
    const slack = await startFakeSlack(context, { token });
    const { send } = await startTestApp(
      context,
      ['slackConfig.enable=true', `slackConfig.apiUrl=${slack.apiUrl}`],
      { slackToken: { tokenFile: '', environmentToken: token } },
    );
    await send(open);
    await send(open.replace('goran', '<!channel>'));
    await waitFor(
      'both lines',
      () =>
        slack.posts
          .map(({ text }) => text)
          .join('\n')
          .split('Open connection').length === 3,
    );
    const text = slack.posts.map((post) => post.text).join('\n');
    assert.match(text, /Open connection for user LAB\/goran on sense1/);
    assert.match(text, /&lt;!channel&gt;/);
    assert.equal(slack.posts[0]?.channel, 'sense-user-activity');
  });

  test('while Slack hangs and another sink throws, light and broker go on, and it can be stopped', async (context) => {
    const slack = await startFakeSlack(context, { token });
    slack.mood = { kind: 'hang' };
    const { send, subscribe, blinks, get, stop } = await startTestApp(
      context,
      ['slackConfig.enable=true', `slackConfig.apiUrl=${slack.apiUrl}`],
      {
        slackToken: { tokenFile: '', environmentToken: token },
        extraSinks: [
          {
            name: 'broken',
            start: async () => {},
            accept: () => {
              throw new Error('broken on purpose');
            },
            stop: async () => {},
          },
        ],
      },
    );
    const { received, messages } = await subscribe('qliksense/connection/#');
    await send(open);
    await waitFor('a call to Slack', () => slack.calls.length > 0);
    await send(open.replace('Open', 'Close'));
    await received('qliksense/connection/close');
    assert.equal(messages.length, 2);
    await waitFor('both lights', () => blinks('green') === 1 && blinks('red') === 1);
    const status = (await (await get('/api/status')).json()) as { slack: { waiting: number } };
    assert.equal(status.slack.waiting, 2);
    const begin = performance.now();
    await stop();
    assert.ok(performance.now() - begin < 5500);
  });

  test('while the disk is full, light and broker go on, health says so, and delivery follows', async (context) => {
    const disk = mountSmallDisk(context, 2);
    if (!disk) return;
    const slack = await startFakeSlack(context, { token });
    const { app, send, subscribe, blinks, get } = await startTestApp(
      context,
      ['slackConfig.enable=true', `slackConfig.apiUrl=${slack.apiUrl}`],
      {
        slackToken: { tokenFile: '', environmentToken: token },
        stateDirectory: join(disk.folder, 'state'),
      },
    );
    const { messages } = await subscribe('qliksense/connection/open');
    disk.fill();
    // Slack is out, too, so that the events have to be kept.
    slack.mood = { kind: 'http', status: 503 };
    await waitFor('the outbox to tell of the full disk', async () => {
      await send(open);
      return app.health.part('slack outbox').status.state === 'fault';
    });
    const sent = messages.length;
    await send(open.replace('goran', 'last'));
    await waitFor('the message', () => messages.some(({ payload }) => payload.endsWith('/last')));
    assert.ok(blinks('green') > 0 && sent > 0);
    const health = await get('/healthz');
    assert.equal(health.status, 503);
    assert.match(await health.text(), /disk|stored|written/);

    disk.makeRoom();
    slack.mood = { kind: 'well' };
    await waitFor(
      'the last event in the channel',
      () => slack.posts.some(({ text }) => text.includes('LAB/last')),
      40_000,
    );
    await waitFor(
      'a healthy appliance',
      async () => (await get('/healthz')).status === 200,
      40_000,
    );
  });

  test('a wrong token is a fault that a person must mend; the red light tells', async (context) => {
    const slack = await startFakeSlack(context, { token });
    const { app, send, get } = await startTestApp(
      context,
      ['slackConfig.enable=true', `slackConfig.apiUrl=${slack.apiUrl}`],
      { slackToken: { tokenFile: '', environmentToken: 'xoxb-2-wrong-token' } },
    );
    await send(open);
    await waitFor('the fault', () => app.health.part('slack').status.state === 'fault');
    const text = await (await get('/api/status')).text();
    assert.equal(JSON.parse(text).faultCode.name, 'slack');
    assert.doesNotMatch(text, /xoxb/);
    assert.equal((await get('/healthz')).status, 503);
  });
});
