import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Finding } from '../../../src/health/finding.ts';
import { checkSlack } from '../../../src/slack/check-slack.ts';
import type { TokenSources } from '../../../src/slack/token.ts';
import { type FakeSlackOptions, startFakeSlack } from '../../support/fake-slack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

interface Setup {
  readonly slack?: FakeSlackOptions;
  readonly token?: TokenSources;
  readonly channel?: string;
  readonly post?: boolean;
}

async function check(context: TestContext, setup: Setup = {}) {
  const slack = await startFakeSlack(context, {
    channels: [{ id: 'C1', name: 'activity' }],
    ...setup.slack,
  });
  const results = await checkSlack({
    config: { loginNotificationChannel: setup.channel ?? 'activity', apiUrl: slack.apiUrl },
    token: setup.token ?? { tokenFile: '', environmentToken: slack.token },
    post: setup.post ?? false,
    hostName: 'pi<1>',
  });
  for (const { result, remedy } of results) assert.ok(result === 'ok' || remedy);
  return { slack, results };
}

const brief = (results: readonly Finding[]) =>
  results.map(({ name, result }) => `${name}: ${result}`);

const find = (results: readonly Finding[], name: string) =>
  results.find((one) => one.name === name);

test('all is well, and nothing is posted', async (context) => {
  const { slack, results } = await check(context);
  assert.deepEqual(brief(results), [
    'Slack token: ok',
    'Slack permissions: ok',
    'Slack channel: ok',
  ]);
  assert.match(find(results, 'Slack token')?.text ?? '', /belongs to blinky in Laboratory/);
  assert.equal(slack.posts.length, 0);
});

test('with --post a test message is posted', async (context) => {
  const { slack, results } = await check(context, { post: true });
  assert.equal(find(results, 'Slack message')?.result, 'ok');
  assert.equal(slack.posts[0]?.text, '⚪ Test message from Blinky Light on pi&lt;1&gt;');
});

test('the channel is taken by id and by its name behind a hash', async (context) => {
  for (const channel of ['C1', '#activity']) {
    const { results } = await check(context, { channel });
    assert.equal(find(results, 'Slack channel')?.result, 'ok');
  }
});

test('no token, and Slack is not called', async (context) => {
  const { slack, results } = await check(context, { token: { tokenFile: '' } });
  assert.deepEqual(brief(results), ['Slack token: fault']);
  assert.equal(slack.calls.length, 0);
});

test('a token that Slack does not know', async (context) => {
  const { results } = await check(context, {
    token: { tokenFile: '', environmentToken: 'xoxb-other' },
  });
  assert.deepEqual(brief(results), ['Slack token: fault']);
  assert.match(results[0]?.remedy ?? '', /OAuth & Permissions/);
  assert.doesNotMatch(JSON.stringify(results), /xoxb-other/);
});

test('the permission to post is missing', async (context) => {
  const { results } = await check(context, { slack: { scopes: ['channels:read'], channels: [] } });
  assert.equal(find(results, 'Slack permissions')?.result, 'fault');
  assert.match(find(results, 'Slack permissions')?.remedy ?? '', /add chat:write/);
});

test('the bot is not in the channel', async (context) => {
  const slack = { channels: [{ id: 'C2', name: 'other' }] };
  const maybePrivate = await check(context, { slack });
  assert.equal(find(maybePrivate.results, 'Slack channel')?.result, 'warn');
  assert.match(find(maybePrivate.results, 'Slack channel')?.remedy ?? '', /\/invite @blinky/);
  const scopes = ['chat:write', 'channels:read', 'groups:read'];
  const surely = await check(context, { slack: { ...slack, scopes } });
  assert.equal(find(surely.results, 'Slack channel')?.result, 'fault');
});

test('the channel is archived', async (context) => {
  const { results } = await check(context, {
    slack: { channels: [{ id: 'C1', name: 'activity', is_archived: true }] },
  });
  assert.match(find(results, 'Slack channel')?.text ?? '', /archived/);
});

test('what can not be known without posting is said to be so', async (context) => {
  const { results } = await check(context, { slack: { scopes: ['chat:write'] } });
  assert.equal(find(results, 'Slack channel')?.result, 'warn');
  assert.match(find(results, 'Slack channel')?.text ?? '', /can't tell without posting/);
});

test('Slack can not be reached', async () => {
  const results = await checkSlack({
    config: { loginNotificationChannel: 'activity', apiUrl: 'http://no-such-host.invalid/api/' },
    token: { tokenFile: '', environmentToken: 'xoxb-1' },
    post: false,
    hostName: 'pi',
  });
  assert.deepEqual(brief(results), ['Slack address: warn', 'Slack token: fault']);
  assert.match(results[1]?.text ?? '', /\(DNS\)/);
});

test('a token file that everybody may read is pointed out', async (context) => {
  const tokenFile = join(temporaryFolder(context), 'slack-token');
  writeFileSync(tokenFile, 'xoxb-stand-in\n', { mode: 0o644 });
  const open = await check(context, { token: { tokenFile } });
  assert.equal(find(open.results, 'Slack token file')?.result, 'warn');
  const closedFile = join(temporaryFolder(context), 'slack-token');
  writeFileSync(closedFile, 'xoxb-stand-in\n', { mode: 0o640 });
  const closed = await check(context, { token: { tokenFile: closedFile } });
  assert.equal(find(closed.results, 'Slack token file'), undefined);
});
