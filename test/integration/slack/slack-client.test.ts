import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { composeMessage } from '../../../src/slack/message.ts';
import { SlackClient } from '../../../src/slack/slack-client.ts';
import { slackEvent } from '../../support/events.ts';
import { type SlackMood, startFakeSlack } from '../../support/fake-slack.ts';

const message = composeMessage([slackEvent()], {
  now: new Date('2026-11-23T12:05:00Z'),
  longestText: 4000,
  longestJson: 12_000,
  mostLines: 100,
  leftOut: 0,
});

const client = (apiUrl: string, timeoutMs = 5000, token = 'xoxb-stand-in') =>
  new SlackClient({ token, apiUrl, timeoutMs });

test('a message arrives as text and as blocks', async (context) => {
  const slack = await startFakeSlack(context);
  assert.deepEqual(await client(slack.apiUrl).post('activity', message), { kind: 'delivered' });
  const [post] = slack.posts;
  assert.equal(post?.channel, 'activity');
  assert.equal(post?.text, message.text);
  assert.equal(
    post?.shown,
    '🟢 Open connection for user LAB/goran on sense1 · 2026-11-23 12:00:00 UTC',
  );
});

test('without blocks, the text is all there is', async (context) => {
  const slack = await startFakeSlack(context);
  await client(slack.apiUrl).post('activity', message, true);
  assert.deepEqual([slack.posts[0]?.text, slack.posts[0]?.shown], [message.text, '']);
});

const transient: readonly [SlackMood, RegExp][] = [
  [{ kind: 'rate-limited' }, /accepts no more messages .* did not say for how long/],
  [{ kind: 'http', status: 500 }, /internal error \(HTTP 500\)/],
  [{ kind: 'http', status: 503 }, /internal error \(HTTP 503\)/],
  [{ kind: 'http', status: 403 }, /something other than Slack answered \(HTTP 403\)/],
  [{ kind: 'reset' }, /the connection was closed/],
  [{ kind: 'hang' }, /no answer within 0.4 s/],
  [{ kind: 'slow' }, /no answer within 0.4 s/],
  [{ kind: 'html' }, /something other than Slack answered/],
  [{ kind: 'redirect' }, /redirect/],
  [{ kind: 'truncated', taken: false }, /the (answer was cut off|connection was closed)/],
  [{ kind: 'error', code: 'internal_error' }, /internal error \(internal_error\)/],
  [{ kind: 'error', code: 'fatal_error' }, /internal error/],
  [{ kind: 'error', code: 'service_unavailable' }, /temporarily unavailable/],
  [{ kind: 'error', code: 'request_timeout' }, /only part of the request/],
  [{ kind: 'error', code: 'rate_limited' }, /no more messages/],
  [
    { kind: 'error', code: 'message_limit_exceeded' },
    /limit of messages \(message_limit_exceeded\)/,
  ],
];

for (const [mood, reason] of transient) {
  test(`${JSON.stringify(mood)} passes by itself, and is tried once`, async (context) => {
    const slack = await startFakeSlack(context);
    slack.mood = mood;
    const outcome = await client(slack.apiUrl, 400).post('activity', message);
    assert.equal(outcome.kind, 'transient');
    assert.match(outcome.kind === 'transient' ? outcome.reason : '', reason);
    assert.ok(outcome.kind === 'transient' && outcome.reason.length <= 200);
    assert.equal(slack.calls.length, 1);
  });
}

test('an answer that never ends is given up, also when memory was tidied up meanwhile', async (context) => {
  setFlagsFromString('--expose-gc');
  const tidyUp = runInNewContext('gc') as () => void;
  const slack = await startFakeSlack(context);
  slack.mood = { kind: 'slow' };
  const posting = client(slack.apiUrl, 1000).post('activity', message);
  const tidying = setInterval(tidyUp, 50);
  context.after(() => clearInterval(tidying));
  assert.deepEqual(await posting, { kind: 'transient', reason: 'no answer within 1 s' });
});

test('a rate limit says how long to wait', async (context) => {
  const slack = await startFakeSlack(context);
  slack.mood = { kind: 'rate-limited', retryAfterS: 17 };
  assert.deepEqual(await client(slack.apiUrl).post('activity', message), {
    kind: 'rate-limited',
    retryAfterMs: 17_000,
  });
});

const permanent: readonly [string, RegExp, RegExp][] = [
  ['not_authed', /no token/, /Reinstall|\(Re\)install/],
  ['invalid_auth', /does not recognize the token/, /OAuth & Permissions/],
  ['account_inactive', /removed/, /OAuth & Permissions/],
  ['token_revoked', /revoked/, /OAuth & Permissions/],
  ['token_expired', /expired/, /OAuth & Permissions/],
  ['missing_scope', /no permission to post/, /add chat:write under Bot Token Scopes/],
  ['channel_not_found', /find the channel activity/, /loginNotificationChannel.*\/invite/],
  ['not_in_channel', /not a member of the channel activity/, /\/invite/],
  ['is_archived', /activity is archived/, /Unarchive channel/],
  ['restricted_action', /does not let the app post/, /administrator/],
  ['brand_new_error', /rejects messages to activity/, /See brand_new_error at https:/],
];

for (const [code, words, click] of permanent) {
  test(`${code} lasts until a person acts, and says what to click`, async (context) => {
    const slack = await startFakeSlack(context);
    slack.mood = { kind: 'error', code };
    const outcome = await client(slack.apiUrl).post('activity', message);
    assert.equal(outcome.kind, 'permanent');
    if (outcome.kind !== 'permanent') return;
    assert.match(outcome.message, words);
    assert.match(outcome.message, new RegExp(`\\(${code}\\)`));
    assert.match(outcome.remedy, click);
    assert.equal(slack.calls.length, 1);
  });
}

for (const code of ['msg_too_long', 'msg_blocks_too_long', 'invalid_blocks', 'no_text']) {
  test(`${code} is about the message`, async (context) => {
    const slack = await startFakeSlack(context);
    slack.mood = { kind: 'error', code };
    const outcome = await client(slack.apiUrl).post('activity', message);
    assert.deepEqual(outcome, { kind: 'message-refused', code });
  });
}

test('a name that is not found, and a refused connection', async (context) => {
  const lost = await client('http://no-such-host.invalid/api/').post('activity', message);
  assert.equal(lost.kind, 'transient');
  assert.match(lost.kind === 'transient' ? lost.reason : '', /resolved \(DNS\)/);

  const slack = await startFakeSlack(context);
  const { apiUrl } = slack;
  await slack.close();
  const refused = await client(apiUrl).post('activity', message);
  assert.match(refused.kind === 'transient' ? refused.reason : '', /connection refused/);
});

test('a call can be given up', async (context) => {
  const slack = await startFakeSlack(context);
  slack.mood = { kind: 'hang' };
  const one = client(slack.apiUrl);
  const posting = one.post('activity', message);
  while (slack.calls.length === 0) await new Promise(setImmediate);
  one.abort();
  assert.deepEqual(await posting, { kind: 'transient', reason: 'This operation was aborted' });
});
