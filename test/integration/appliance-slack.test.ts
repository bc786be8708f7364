import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startFakeSlack } from '../support/fake-slack.ts';
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
