import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { userEvent } from '../../support/events.ts';
import { type SlackMood, startFakeSlack } from '../../support/fake-slack.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { quickPace, startSlackSink } from '../../support/start-slack-sink.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const event = (userId: string) => userEvent({ userId, receivedAt: new Date().toISOString() });

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `u${from + index}`);

/** The users of the lines that were posted, in order. */
const usersIn = (lines: readonly string[]) =>
  lines.map((line) => /LAB\/(\S+) on/.exec(line)?.[1] ?? line);

test('5,000 events in a burst all arrive, in order, within the rate', async (context) => {
  const intervalMs = 50;
  const slack = await startFakeSlack(context, { intervalMs });
  const { sink, status } = await startSlackSink(context, slack);
  const users = numbered(5000);
  const began = performance.now();
  for (const user of users) sink.accept(event(user));
  const acceptedMs = performance.now() - began;
  await waitFor('delivery of all events', () => sink.delivered === 5000, 60_000);

  assert.deepEqual(usersIn(slack.lines), users);
  assert.equal(slack.tooFast, 0);
  const gaps = slack.posts
    .slice(1)
    .map(({ atMs }, index) => atMs - (slack.posts[index]?.atMs ?? 0));
  assert.ok(Math.min(...gaps) >= intervalMs, `closest two: ${Math.min(...gaps)} ms`);
  const longest = Math.max(...slack.posts.map(({ text }) => text.length));
  assert.ok(longest <= 4000, `${longest} characters`);
  assert.equal(sink.posted, slack.posts.length);
  assert.equal(sink.waiting, 0);
  assert.equal(status().state, 'ok');
  context.diagnostic(
    `5,000 events in ${slack.posts.length} messages, accepted in ${Math.round(acceptedMs)} ms`,
  );
});

test('a message at least every 1.1 s: what a real channel sees', async (context) => {
  const slack = await startFakeSlack(context);
  const { sink } = await startSlackSink(context, slack, { pace: { gapMs: 1100 } });
  for (const user of numbered(200)) sink.accept(event(user));
  await waitFor('delivery of all events', () => sink.delivered === 200, 20_000);
  assert.equal(slack.tooFast, 0);
  assert.deepEqual(usersIn(slack.lines), numbered(200));
});

const troubles: readonly SlackMood[] = [
  { kind: 'rate-limited', retryAfterS: 1 },
  { kind: 'rate-limited' },
  { kind: 'http', status: 500 },
  { kind: 'reset' },
  { kind: 'hang' },
  { kind: 'slow' },
  { kind: 'html' },
  { kind: 'redirect' },
  { kind: 'truncated', taken: false },
  { kind: 'error', code: 'internal_error' },
  { kind: 'error', code: 'rate_limited' },
];

for (const mood of troubles) {
  test(`${JSON.stringify(mood)}: nothing lost, nothing twice, goes on by itself`, async (context) => {
    const slack = await startFakeSlack(context, { intervalMs: 50 });
    const { sink, status } = await startSlackSink(context, slack, { limits: { timeoutMs: 200 } });
    slack.mood = mood;
    for (const user of numbered(50)) sink.accept(event(user));
    await waitFor('two calls', () => slack.calls.length >= 2);
    if (mood.kind !== 'rate-limited' || !mood.retryAfterS) {
      assert.equal(status().state, 'fault');
      assert.match(status().message, /^waiting for Slack: /);
      assert.equal(status().needsPerson, false);
    }
    for (const user of numbered(50, 50)) sink.accept(event(user));
    slack.mood = { kind: 'well' };
    await waitFor('delivery of all events', () => sink.delivered === 100);
    assert.deepEqual(usersIn(slack.lines), numbered(100));
    assert.equal(status().state, 'ok');
  });
}

test('an answer that is cut off after Slack took the message repeats that message only', async (context) => {
  const slack = await startFakeSlack(context, { intervalMs: 50 });
  const { sink } = await startSlackSink(context, slack);
  slack.mood = { kind: 'truncated', taken: true };
  for (const user of numbered(5)) sink.accept(event(user));
  await waitFor('a post', () => slack.posts.length === 1);
  slack.mood = { kind: 'well' };
  await waitFor('delivery of all events', () => sink.delivered === 5);
  assert.deepEqual(usersIn(slack.lines), [...numbered(5), ...numbered(5)]);
});

const refusals = [
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
];

for (const code of refusals) {
  test(`${code}: one call, one clear sentence, and delivery once it is repaired`, async (context) => {
    const slack = await startFakeSlack(context, { intervalMs: 50 });
    const { sink, status, lines } = await startSlackSink(context, slack, {
      pace: { firstProbeMs: 1200 },
    });
    slack.mood = { kind: 'error', code };
    for (const user of numbered(20)) sink.accept(event(user));
    await waitFor('the fault', () => status().state === 'fault');
    assert.match(status().message, new RegExp(`\\(${code}\\)`));
    assert.equal(status().needsPerson, true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(slack.calls.length, 1);

    slack.mood = { kind: 'well' };
    await waitFor('delivery of all events', () => sink.delivered === 20);
    assert.deepEqual(usersIn(slack.lines), numbered(20));
    assert.equal(status().state, 'ok');
    assert.equal(lines.filter((line) => line.startsWith('error')).length, 1);
  });
}

test('a token file that comes late, is wrong, and is repaired is taken without a restart', async (context) => {
  const slack = await startFakeSlack(context, { intervalMs: 50 });
  const tokenFile = join(temporaryFolder(context), 'slack-token');
  const { sink, status, lines } = await startSlackSink(context, slack, { token: { tokenFile } });
  sink.accept(event('u0'));
  await waitFor('the fault', () => /was not found/.test(status().message));

  writeFileSync(tokenFile, 'my secret');
  await waitFor('the fault', () => /does not contain a Slack bot token/.test(status().message));
  assert.equal(slack.calls.length, 0);

  writeFileSync(tokenFile, 'xoxb-1111-wrong');
  await waitFor('the fault', () => /invalid_auth/.test(status().message));
  assert.equal(slack.calls.length, 1);

  rmSync(tokenFile);
  writeFileSync(tokenFile, `${slack.token}\n`);
  await waitFor('delivery', () => sink.delivered === 1);
  assert.equal(slack.calls.length, 2);
  assert.equal(status().state, 'ok');
  assert.doesNotMatch(lines.join('\n'), /my secret|1111-wrong|stand-in/);
});

test('the name of the server is not found, and nothing is lost', async (context) => {
  const slack = await startFakeSlack(context, { intervalMs: 50 });
  const stateDirectory = join(temporaryFolder(context), 'state');
  const lost = await startSlackSink(context, slack, {
    stateDirectory,
    apiUrl: 'http://no-such-host.invalid/api/',
  });
  for (const user of numbered(10)) lost.sink.accept(event(user));
  await waitFor('the fault', () => /\(DNS\)/.test(lost.status().message));
  await lost.stop();

  const { sink } = await startSlackSink(context, slack, { stateDirectory });
  await waitFor('delivery of all events', () => sink.delivered === 10);
  assert.deepEqual(usersIn(slack.lines), numbered(10));
});

test('excluded users are not posted', async (context) => {
  const slack = await startFakeSlack(context, { intervalMs: 50 });
  const { sink } = await startSlackSink(context, slack, {
    excludeUser: [{ directory: 'lab', userId: 'MONITOR' }],
  });
  for (const user of ['ann', 'monitor', 'bob']) sink.accept(event(user));
  await waitFor('delivery', () => sink.delivered === 2);
  assert.deepEqual(usersIn(slack.lines), ['ann', 'bob']);
});

for (const mood of [
  { kind: 'well' } as const,
  ...troubles,
  { kind: 'error', code: 'invalid_auth' } as const,
]) {
  test(`stops within 5 s while Slack does ${JSON.stringify(mood)}`, async (context) => {
    const slack = await startFakeSlack(context, { intervalMs: 50 });
    const stateDirectory = join(temporaryFolder(context), 'state');
    const { sink, stop } = await startSlackSink(context, slack, { stateDirectory });
    slack.mood = mood;
    for (const user of numbered(1000)) sink.accept(event(user));
    await waitFor('a call', () => slack.calls.length > 0);
    const began = performance.now();
    await stop();
    const tookMs = performance.now() - began;
    assert.ok(tookMs < 5000, `took ${Math.round(tookMs)} ms`);
    assert.equal(sink.delivered + sink.waiting, 1000);
    await assertRest(context, stateDirectory, sink.waiting);
  });
}

/** Another run finds all that was not delivered. */
async function assertRest(context: TestContext, stateDirectory: string, waiting: number) {
  const slack = await startFakeSlack(context, { intervalMs: 50 });
  const { sink, stop } = await startSlackSink(context, slack, {
    stateDirectory,
    pace: { ...quickPace, gapMs: 60_000 },
  });
  assert.equal(sink.waiting, waiting);
  await stop();
}

test('a full disk: health says so, and every event arrives, in order, once there is room', async (context) => {
  const disk = mountSmallDisk(context, 1);
  if (!disk) return;
  const slack = await startFakeSlack(context, { intervalMs: 50 });
  slack.mood = { kind: 'http', status: 500 };
  const { sink, status } = await startSlackSink(context, slack, { stateDirectory: disk.folder });
  for (const user of numbered(100)) sink.accept(event(user));
  await sink.written();
  disk.fill();
  for (const user of numbered(400, 100)) {
    const began = performance.now();
    sink.accept(event(user));
    assert.ok(performance.now() - began < 50);
    await sink.written();
  }
  assert.equal(status('state').state, 'fault');
  assert.match(status('state').message, /full/);
  assert.equal(status('slack outbox').state, 'fault');
  slack.mood = { kind: 'well' };

  disk.makeRoom();
  await waitFor('delivery of all events', () => sink.delivered === 500);
  assert.deepEqual(usersIn(slack.lines), numbered(500));
  assert.equal(status('state').state, 'ok');
  assert.equal(status('slack outbox').state, 'ok');
});

test('a state directory that can not be used: events are posted from memory', async (context) => {
  const slack = await startFakeSlack(context, { intervalMs: 50 });
  const file = join(temporaryFolder(context), 'in-the-way');
  writeFileSync(file, '');
  const { sink, status } = await startSlackSink(context, slack, { stateDirectory: file });
  for (const user of numbered(100)) sink.accept(event(user));
  await waitFor('delivery of all events', () => sink.delivered === 100);
  assert.deepEqual(usersIn(slack.lines), numbered(100));
  assert.equal(status('slack outbox').state, 'fault');
});
