// Slack in a network where the only way out is a web proxy.
import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { composeTestMessage } from '../../../src/slack/message.ts';
import type { PostOutcome } from '../../../src/slack/post-outcome.ts';
import { SlackClient } from '../../../src/slack/slack-client.ts';
import { findWay, type WaySettings } from '../../../src/slack/way-to-slack.ts';
import { userEvent } from '../../support/events.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
import { freePort } from '../../support/free-port.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { startSlackSink } from '../../support/start-slack-sink.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startWebProxy, type WebProxyOptions } from '../../support/web-proxy.ts';

const slackApi = 'http://slack.test:8080/api/';
const event = () => userEvent({ receivedAt: new Date().toISOString() });

/** A Slack that has its name from the proxy only, and a client that knows the proxy. */
async function behindProxy(context: TestContext, options: WebProxyOptions = {}) {
  const slack = await startFakeSlack(context, { intervalMs: 1 });
  const servers = { 'slack.test:8080': slack.port };
  const proxy = await startWebProxy(context, { servers, ...options });
  return { slack, proxy };
}

/** The log hides what could be a password in an address. */
function loggedAs(text: string): string {
  const { log, lines } = recordingLog();
  log.error(text);
  return lines.join('');
}

async function postBy(settings: WaySettings, timeoutMs = 5000): Promise<PostOutcome> {
  const way = await findWay(settings, new URL(slackApi));
  if (way.kind === 'permanent') return way;
  const client = new SlackClient({
    token: 'xoxb-stand-in',
    apiUrl: slackApi,
    timeoutMs,
    way: way.open(),
  });
  return await client.post('activity', composeTestMessage('here'));
}

const reasonOf = (outcome: PostOutcome): string =>
  outcome.kind === 'transient'
    ? outcome.reason
    : outcome.kind === 'permanent'
      ? outcome.message
      : '';
const remedyOf = (outcome: PostOutcome): string =>
  'remedy' in outcome ? (outcome.remedy ?? '') : '';

describe('a web proxy', () => {
  for (const [name, settings] of [
    ['the setting', (url: string) => ({ proxy: url })],
    ['http_proxy', (url: string) => ({ environment: { http_proxy: url } })],
    ['ALL_PROXY', (url: string) => ({ environment: { ALL_PROXY: url } })],
  ] as const) {
    test(`of ${name} is the way to Slack`, async (context) => {
      const { slack, proxy } = await behindProxy(context);
      assert.deepEqual(await postBy(settings(proxy.url)), { kind: 'delivered' });
      assert.deepEqual(proxy.asked, ['slack.test:8080']);
      assert.equal(slack.posts.length, 1);
    });
  }

  test('is not asked where NO_PROXY names Slack, or the setting says none', async (context) => {
    const { proxy } = await behindProxy(context);
    const environment = { http_proxy: proxy.url };
    await postBy({ environment: { ...environment, NO_PROXY: '.test' } }, 500);
    await postBy({ environment, proxy: 'none' }, 500);
    assert.deepEqual(proxy.asked, []);
  });

  test('gets user and password, with special characters', async (context) => {
    const { slack, proxy } = await behindProxy(context, { credentials: 'LAB\\goran:p@ss:w%rd' });
    const url = proxy.url.replace('//', '//LAB%5Cgoran:p%40ss%3Aw%rd@');
    assert.deepEqual(await postBy({ proxy: url }), { kind: 'delivered' });
    assert.equal(slack.posts.length, 1);
  });

  test('that wants a password says so, and does not get a wrong one twice', async (context) => {
    const { slack, proxy } = await behindProxy(context, { credentials: 'goran:secret' });
    const without = await postBy({ proxy: proxy.url });
    assert.equal(without.kind, 'permanent');
    assert.match(reasonOf(without), /requires a user name and password \(HTTP 407\)/);
    assert.match(remedyOf(without), /Butler\.slackConfig\.proxy .*user:password/);
    assert.match(loggedAs(remedyOf(without)), /user:password@host:port/);
    const wrong = await postBy({ proxy: proxy.url.replace('//', '//goran:hunter2@') });
    assert.equal(wrong.kind, 'permanent');
    assert.match(reasonOf(wrong), /rejected the user name or password/);
    assert.doesNotMatch(JSON.stringify(wrong), /hunter2/);
    assert.equal(proxy.asked.length, 2);
    assert.equal(slack.calls.length, 0);
  });

  test('that offers only Windows sign-in: that it is not supported', async (context) => {
    const { proxy } = await behindProxy(context, {
      credentials: 'goran:secret',
      offers: ['Negotiate', 'NTLM'],
    });
    const outcome = await postBy({ proxy: proxy.url });
    assert.match(remedyOf(outcome), /only offers Negotiate, NTLM, which Blinky does not support/);
  });

  for (const [status, kind, words] of [
    [403, 'permanent', /does not allow connections to slack\.test \(HTTP 403\)/],
    [405, 'permanent', /HTTP 405/],
    [502, 'transient', /can't reach slack\.test \(HTTP 502\)/],
    [503, 'transient', /can't reach slack\.test \(HTTP 503\)/],
  ] as const) {
    test(`that answers ${status}: ${kind}`, async (context) => {
      const { proxy } = await behindProxy(context, { refuseWith: status });
      const outcome = await postBy({ proxy: proxy.url });
      assert.equal(outcome.kind, kind);
      assert.match(reasonOf(outcome), words);
      assert.match(remedyOf(outcome), /CONNECT\) to slack\.test:8080/);
    });
  }

  test('that can not be reached is told from a Slack that can not', async () => {
    const port = await freePort();
    const refused = await postBy({ proxy: `http://u:secret@127.0.0.1:${port}` });
    assert.equal(refused.kind, 'transient');
    assert.match(
      reasonOf(refused),
      new RegExp(`^the web proxy 127\\.0\\.0\\.1:${port}: connection refused`),
    );
    assert.match(remedyOf(refused), /Check the address in Butler\.slackConfig\.proxy/);
    assert.doesNotMatch(JSON.stringify(refused), /secret/);

    const unknown = await postBy({
      environment: { ALL_PROXY: 'http://no-such-proxy.invalid:8080' },
    });
    assert.match(
      reasonOf(unknown),
      /^the web proxy no-such-proxy\.invalid:8080: the server name can't be resolved/,
    );
    assert.match(remedyOf(unknown), /the variable ALL_PROXY/);
  });

  test('that is something else is told', async (context) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('SSH-2.0-OpenSSH_9.2\r\nhello\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    context.after(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const outcome = await postBy({ proxy: `http://127.0.0.1:${port}` });
    assert.equal(outcome.kind, 'transient');
    assert.match(reasonOf(outcome), /^the web proxy .*(isn't a web proxy|connection was closed)/);
  });

  test('that never answers is given up, and its connection with it', async (context) => {
    const { proxy } = await behindProxy(context, { hangs: true });
    const outcome = await postBy({ proxy: proxy.url }, 300);
    assert.match(reasonOf(outcome), /^the web proxy .*: no answer within 0\.3 s/);
    await waitFor('the connection to close', () => proxy.open.size === 0);
  });

  test('that connects to nothing is named, so that people know where to look', async (context) => {
    const silent = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
      context.after(() => socket.destroy());
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    context.after(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const outcome = await postBy({ proxy: `http://127.0.0.1:${port}` }, 300);
    assert.match(
      reasonOf(outcome),
      /no answer within 0\.3 s \(through the web proxy 127\.0\.0\.1:/,
    );
  });

  test('keeps one connection for many messages', async (context) => {
    const { slack, proxy } = await behindProxy(context);
    const { sink } = await startSlackSink(context, slack, { apiUrl: slackApi, proxy: proxy.url });
    for (let count = 1; count <= 3; count += 1) {
      sink.accept(event());
      await waitFor('the message', () => slack.posts.length === count);
    }
    assert.equal(proxy.asked.length, 1);
  });

  test('that wants a password stops delivery; once it does not, everything arrives, and no secret is logged', async (context) => {
    const { slack, proxy } = await behindProxy(context, { credentials: 'goran:right' });
    const { sink, status, lines } = await startSlackSink(context, slack, {
      apiUrl: slackApi,
      environment: { ALL_PROXY: proxy.url.replace('//', '//goran:hunter2@') },
      pace: { firstProbeMs: 200 },
    });
    sink.accept(event());
    await waitFor('the fault', () => /407/.test(status().message));
    assert.equal(status().needsPerson, true);
    proxy.options = { ...proxy.options, credentials: 'goran:hunter2' };
    await waitFor('the message', () => slack.posts.length === 1);
    await waitFor('health', () => status().state === 'ok');
    assert.match(
      lines.join('\n'),
      /through the web proxy 127\.0\.0\.1:\d+ \(the variable ALL_PROXY\)/,
    );
    assert.doesNotMatch(lines.join('\n') + JSON.stringify(status()), /hunter2/);
  });

  test('a SOCKS proxy is refused in clear words, and nothing is sent', async (context) => {
    const slack: FakeSlack = await startFakeSlack(context);
    const { sink, status } = await startSlackSink(context, slack, {
      environment: { ALL_PROXY: 'socks5h://proxy.lan:1080' },
    });
    sink.accept(event());
    await waitFor('the fault', () => /SOCKS/.test(status().message));
    assert.match(status().remedy ?? '', /Butler\.slackConfig\.proxy/);
    assert.equal(slack.calls.length, 0);
  });
});
