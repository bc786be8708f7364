import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { composeTestMessage } from '../../../src/slack/message.ts';
import { WebhookClient } from '../../../src/slack/webhook-client.ts';
import { userEvent } from '../../support/events.ts';
import {
  type FakeSlack,
  type FakeSlackOptions,
  isHeading,
  type SlackMood,
  startFakeSlack,
} from '../../support/fake-slack.ts';
import { startSlackSink } from '../../support/start-slack-sink.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const event = (userId = 'goran') => userEvent({ userId, receivedAt: new Date().toISOString() });
const message = composeTestMessage('here');
const defaultChannel = 'sense-user-activity';
const client = (url: string, timeoutMs = 5000) =>
  new WebhookClient({ url, timeoutMs, defaultChannel });

describe('a webhook', () => {
  test('takes every event, in order, many in a message, escaped; no token, and no secret in the log', async (context) => {
    const slack = await startFakeSlack(context, { intervalMs: 50 });
    const { sink, status, lines } = await startSlackSink(context, slack, {
      token: { tokenFile: '', webhookURL: slack.webhookUrl },
    });
    const users = Array.from({ length: 200 }, (_, index) => `u${index}`);
    for (const user of users) sink.accept(event(user));
    await waitFor('all events', () => sink.delivered === 200);
    const shown = slack.posts
      .flatMap((post) => post.shown.split('\n'))
      .filter((line) => !isHeading(line));
    assert.deepEqual(
      shown.map((line) => /LAB\/(\w+)/.exec(line)?.[1]),
      users,
    );
    assert.equal(slack.tooFast, 0);
    assert.ok(slack.posts.length < 20);
    assert.equal(status().message, 'posting through a webhook');

    sink.accept(event('<!channel>'));
    await waitFor('the message', () => sink.delivered === 201);
    assert.match(slack.posts.at(-1)?.text ?? '', /&lt;!channel&gt;/);
    assert.match(lines.join('\n'), /silly +slack: webhook \{.*"text":".*&lt;!channel&gt;/);
    assert.match(
      lines.join('\n'),
      /posting through the webhook from Butler\.slackConfig\.webhookURL/,
    );
    assert.doesNotMatch(lines.join('\n'), /services\/T1/);
  });

  const moods: readonly [SlackMood, kind: string, RegExp][] = [
    [{ kind: 'rate-limited', retryAfterS: 7 }, 'rate-limited', /7000/],
    [
      { kind: 'words', status: 429, words: 'message_limit_exceeded' },
      'transient',
      /limit of messages/,
    ],
    [{ kind: 'rate-limited' }, 'transient', /no more messages/],
    [{ kind: 'words', status: 500, words: 'rollup_error' }, 'transient', /HTTP 500/],
    [{ kind: 'http', status: 503 }, 'transient', /HTTP 503/],
    [{ kind: 'words', status: 408, words: '' }, 'transient', /HTTP 408/],
    [{ kind: 'html' }, 'transient', /something other than the webhook answered/],
    [{ kind: 'words', status: 403, words: '<html>Blocked</html>' }, 'transient', /something other/],
    [{ kind: 'words', status: 200, words: ' <p>Log in</p>' }, 'transient', /something other/],
    [{ kind: 'words', status: 200, words: '{"ok": false}' }, 'transient', /something other/],
    [{ kind: 'redirect' }, 'transient', /redirect/],
    [{ kind: 'reset' }, 'transient', /the connection was closed/],
    [{ kind: 'hang' }, 'transient', /no answer within 0.4 s/],
    [
      { kind: 'words', status: 400, words: 'invalid_payload' },
      'message-refused',
      /invalid_payload/,
    ],
    [{ kind: 'words', status: 400, words: 'invalid_blocks' }, 'message-refused', /invalid_blocks/],
    [{ kind: 'words', status: 404, words: 'no_service' }, 'permanent', /removed \(no_service\)/],
    [{ kind: 'words', status: 404, words: 'no_team' }, 'permanent', /workspace/],
    [
      { kind: 'words', status: 404, words: 'channel_not_found' },
      'permanent',
      /loginNotificationChannel/,
    ],
    [{ kind: 'words', status: 410, words: 'channel_is_archived' }, 'permanent', /archived/],
    [{ kind: 'words', status: 403, words: 'invalid_token' }, 'permanent', /Add New Webhook/],
    [{ kind: 'words', status: 403, words: 'action_prohibited' }, 'permanent', /administrator/],
    [{ kind: 'words', status: 403, words: 'something_new' }, 'permanent', /something_new/],
    [
      { kind: 'words', status: 404, words: '{"id":"web.incoming.webhook"}' },
      'permanent',
      /HTTP 404/,
    ],
  ];
  for (const [mood, kind, words] of moods) {
    test(`${JSON.stringify(mood)} is ${kind}`, async (context) => {
      const slack = await startFakeSlack(context);
      slack.mood = mood;
      const outcome = await client(slack.webhookUrl, 400).post('alerts', message);
      assert.equal(outcome.kind, kind);
      assert.match(JSON.stringify(outcome), words);
      assert.doesNotMatch(JSON.stringify(outcome), /services/);
      assert.equal(slack.calls.length, 1);
    });
  }

  const channelsOf = async (context: TestContext, options: FakeSlackOptions, channel: string) => {
    const slack = await startFakeSlack(context, options);
    const webhook = client(slack.webhookUrl);
    const outcomes = [await webhook.post(channel, message), await webhook.post(channel, message)];
    return {
      slack,
      kinds: outcomes.map(({ kind }) => kind),
      channels: slack.posts.map((post) => post.channel),
    };
  };

  test('of a Slack app posts in its own channel; an old one where the settings say', async (context) => {
    const app = await channelsOf(context, {}, 'alerts');
    assert.deepEqual(app.channels, ['of-the-webhook', 'of-the-webhook']);
    const old = await channelsOf(context, { webhook: { channels: ['alerts'] } }, 'alerts');
    assert.deepEqual(old.channels, ['alerts', 'alerts']);
    const own = await channelsOf(context, { webhook: { channels: ['alerts'] } }, '');
    assert.deepEqual(own.channels, ['of-the-webhook', 'of-the-webhook']);
  });

  test('that lacks the channel of the defaults posts in its own; one that somebody named is a fault', async (context) => {
    const options = { webhook: { channels: ['alerts'] } };
    const { slack, channels } = await channelsOf(context, options, defaultChannel);
    assert.deepEqual(channels, ['of-the-webhook', 'of-the-webhook']);
    assert.equal(slack.calls.length, 3);
    const named = await channelsOf(context, options, 'alarms');
    assert.deepEqual(named.kinds, ['permanent', 'permanent']);
  });

  test('can be looked for without posting', async (context) => {
    const slack = await startFakeSlack(context);
    assert.equal(await client(slack.webhookUrl).probe(), 'there');
    const wrong = await client(slack.webhookUrl.replace('secret', 'other')).probe();
    assert.equal(typeof wrong === 'object' && wrong.kind, 'permanent');
    slack.mood = { kind: 'words', status: 400, words: 'no message' };
    assert.equal(await client(slack.webhookUrl).probe(), 'unsure');
    assert.equal(slack.posts.length, 0);
  });
});

describe('where the webhook comes from', () => {
  const wrongUrl = (slack: FakeSlack) => slack.webhookUrl.replace('secret', 'removed');

  test('a file that is repaired works without a restart, and the outbox keeps what waited', async (context) => {
    const slack = await startFakeSlack(context, { intervalMs: 1 });
    const webhookFile = join(temporaryFolder(context), 'webhook');
    const { sink, status, lines } = await startSlackSink(context, slack, {
      token: { tokenFile: '', webhookFile },
    });
    sink.accept(event());
    await waitFor('the fault', () => /webhookFile .* was not found/.test(status().message));
    writeFileSync(webhookFile, 'https://hooks.slack.com/triggers/T1/1/abc');
    await waitFor('the fault', () => /Workflow Builder/.test(status().message));
    writeFileSync(webhookFile, wrongUrl(slack));
    await waitFor('the fault', () => /no_service/.test(status().message));
    assert.equal(status().needsPerson, true);
    writeFileSync(webhookFile, `<${slack.webhookUrl}>\r\n`);
    await waitFor('the message', () => slack.posts.length === 1);
    await waitFor('health', () => status().state === 'ok');
    assert.doesNotMatch(lines.join('\n'), /T1/);
  });

  test('the place of the token, a credential or SLACK_WEBHOOK_URL do as well; a token goes first', async (context) => {
    const slack = await startFakeSlack(context, { intervalMs: 1 });
    const url = slack.webhookUrl;
    const tokenFile = join(temporaryFolder(context), 'token');
    writeFileSync(tokenFile, url);
    const credentialsDirectory = temporaryFolder(context);
    writeFileSync(join(credentialsDirectory, 'slack-webhook'), url);
    for (const token of [
      { tokenFile },
      { tokenFile: '', credentialsDirectory },
      { tokenFile: '', environmentWebhook: url },
    ]) {
      const { sink, status } = await startSlackSink(context, slack, { token });
      sink.accept(event());
      await waitFor('the message', () => status().message === 'posting through a webhook');
    }
    const { sink, status, lines } = await startSlackSink(context, slack, {
      token: { tokenFile: '', environmentToken: slack.token, webhookURL: url },
    });
    sink.accept(event());
    await waitFor('the message', () => status().message === 'posting to activity');
    assert.match(
      lines.join('\n'),
      /both a token and a webhook are set \(Butler\.slackConfig\.webhookURL\); using the token from the variable SLACK_BOT_TOKEN/,
    );
  });
});
