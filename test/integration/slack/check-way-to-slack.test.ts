import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type CheckSlackOptions, checkSlack } from '../../../src/slack/check-slack.ts';
import { createCompanyCa } from '../../support/company-ca.ts';
import { startFakeSlack } from '../../support/fake-slack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startWebProxy } from '../../support/web-proxy.ts';

/** The findings as lines. */
async function check(options: Partial<CheckSlackOptions> & Pick<CheckSlackOptions, 'config'>) {
  const findings = await checkSlack({
    token: { tokenFile: '', environmentToken: 'xoxb-stand-in' },
    post: false,
    hostName: 'pi',
    ...options,
  });
  for (const { result, remedy } of findings) assert.ok(result === 'ok' || remedy);
  return findings.map(({ name, result, text, remedy }) => `${result} ${name}: ${text} | ${remedy}`);
}

async function behindProxy(context: TestContext, credentials?: string) {
  const ca = createCompanyCa();
  const slack = await startFakeSlack(context, {
    tls: ca.signFor('slack.com', 'hooks.slack.com'),
    channels: [{ id: 'C1', name: 'activity' }],
  });
  const servers = { 'slack.com:443': slack.port, 'hooks.slack.com:443': slack.port };
  const proxy = await startWebProxy(context, { servers, ...(credentials && { credentials }) });
  const caFile = join(temporaryFolder(context), 'ca.crt');
  writeFileSync(caFile, ca.certificate);
  const config = {
    loginNotificationChannel: 'activity',
    apiUrl: 'https://slack.com/api/',
    proxy: '',
    caFile: '',
  };
  return { slack, proxy, caFile, config, environment: { HTTPS_PROXY: proxy.url } };
}

test('proxy and certificates are named, and what is wrong on the way is explained', async (context) => {
  const { caFile, config, environment, proxy, slack } = await behindProxy(context, 'goran:right');
  const [unsigned] = [await check({ config: { ...config, caFile }, environment })];
  assert.match(
    unsigned[0] ?? '',
    /^ok Slack connection: through the web proxy 127\.0\.0\.1:\d+ \(the variable HTTPS_PROXY\)/,
  );
  assert.match(
    unsigned.at(-1) ?? '',
    /^fault Slack token: the web proxy .* requires a user name and password .*\| Set Butler\.slackConfig\.proxy/,
  );

  const signedProxy = proxy.url.replace('//', '//goran:right@');
  const untrusted = await check({ config: { ...config, proxy: signedProxy } });
  assert.match(
    untrusted.at(-1) ?? '',
    /^fault Slack token: the certificate of slack\.com .*\| .*caFile/,
  );

  const well = await check({ config: { ...config, caFile, proxy: signedProxy } });
  assert.deepEqual(
    well.map((line) => line.split(':')[0]),
    [
      'ok Slack connection',
      'ok Slack connection',
      'ok Slack token',
      'ok Slack permissions',
      'ok Slack channel',
    ],
  );
  assert.doesNotMatch([...unsigned, ...untrusted, ...well].join('\n'), /right/);
  assert.equal(slack.posts.length, 0);
});

test('a file of certificates that is not there, and a proxy that is none, are faults before anything is sent', async (context) => {
  const { config, proxy } = await behindProxy(context);
  const missing = await check({ config: { ...config, caFile: '/nowhere/ca.crt' } });
  assert.deepEqual(missing.length, 1);
  assert.match(
    missing[0] ?? '',
    /^fault Slack connection: the file of Butler\.slackConfig\.caFile \(\/nowhere\/ca\.crt\) was not found/,
  );
  const socks = await check({ config, environment: { ALL_PROXY: 'socks5://a:1' } });
  assert.match(socks[0] ?? '', /^fault Slack connection: the variable ALL_PROXY has a SOCKS proxy/);
  assert.deepEqual(proxy.asked, []);
});

test('a webhook is looked for without posting, and posts only when asked', async (context) => {
  const { caFile, config, environment, slack } = await behindProxy(context);
  const settings = { config: { ...config, caFile }, environment };
  const webhook = (id: string) => ({
    tokenFile: '',
    webhookURL: `https://hooks.slack.com/services/T1/B1/${id}`,
  });
  const there = await check({ ...settings, token: webhook('secret') });
  assert.match(
    there.at(-1) ?? '',
    /^ok Slack webhook: from Butler\.slackConfig\.webhookURL; Slack accepts it/,
  );
  assert.equal(slack.posts.length, 0);
  const gone = await check({ ...settings, token: webhook('removed') });
  assert.match(gone.at(-1) ?? '', /^fault Slack webhook: .*no_service.*\| .*Add New Webhook/);
  const posted = await check({ ...settings, token: webhook('secret'), post: true });
  assert.match(posted.at(-1) ?? '', /^ok Slack message: posted a test message through the webhook/);
  assert.equal(slack.posts.length, 1);
  assert.doesNotMatch([...there, ...gone, ...posted].join('\n'), /T1/);
});

test('a token beside a webhook is used, and that is said', async (context) => {
  const slack = await startFakeSlack(context);
  const findings = await check({
    config: { loginNotificationChannel: 'activity', apiUrl: slack.apiUrl },
    token: { tokenFile: '', environmentToken: slack.token, webhookURL: slack.webhookUrl },
  });
  assert.match(
    findings.join('\n'),
    /ok Slack webhook: both a token and a webhook are set \(.*\); using the token/,
  );
});
