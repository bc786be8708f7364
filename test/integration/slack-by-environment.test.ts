// What the environment of the process says about the way to Slack.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBundled } from '../support/child.ts';
import { createCompanyCa } from '../support/company-ca.ts';
import { startFakeSlack } from '../support/fake-slack.ts';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebProxy } from '../support/web-proxy.ts';

test('HTTPS_PROXY, NODE_EXTRA_CA_CERTS and SLACK_WEBHOOK_URL are all it takes; caFile adds to them', async (context) => {
  const [company, other] = [createCompanyCa(), createCompanyCa('Other CA')];
  const slack = await startFakeSlack(context, {
    intervalMs: 1,
    tls: company.signFor('hooks.slack.com'),
  });
  const proxy = await startWebProxy(context, {
    credentials: 'goran:hunter2',
    servers: { 'hooks.slack.com:443': slack.port },
  });
  const folder = temporaryFolder(context);
  const [companyFile, otherFile] = [join(folder, 'company.crt'), join(folder, 'other.crt')];
  writeFileSync(companyFile, company.certificate);
  writeFileSync(otherFile, other.certificate);
  const port = await freePort();
  const settings = [
    'slackConfig.enable=true',
    `slackConfig.caFile=${otherFile}`,
    'udpServerConfig.serverHost=127.0.0.1',
    `udpServerConfig.portSessionConnectionEvents=${port}`,
    'brokerConfig.host=127.0.0.1',
    'brokerConfig.port=0',
    'webConfig.enable=false',
    'lightConfig.driver=simulated',
    `stateDirectory=${join(folder, 'state')}`,
  ];
  const child = await startBundled(
    context,
    'src/main.ts',
    ['run', ...settings.flatMap((setting) => ['--set', setting])],
    {
      cwd: folder,
      environment: {
        HTTPS_PROXY: proxy.url.replace('//', '//goran:hunter2@'),
        NODE_EXTRA_CA_CERTS: companyFile,
        SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T1/B1/secret',
      },
    },
  );
  const line = await child.printed(/ready; to send a test event/);
  assert.ok(line);
  const sender = createSocket('udp4');
  context.after(() => sender.close());
  sender.send('/proxy-connection/;sense1;Open connection;LAB;goran;;;m', port, '127.0.0.1');
  await waitFor('the message', () => slack.posts.length === 1, 20_000);
  assert.match(slack.posts[0]?.text ?? '', /Open connection for user LAB\/goran on sense1/);
  assert.equal(proxy.asked[0], 'hooks.slack.com:443');
  await child.printed(/through the web proxy 127\.0\.0\.1:\d+ \(the variable HTTPS_PROXY\)/);
  assert.doesNotMatch(child.output(), /hunter2|\bT1\b/);
});

test('blinky config shows neither the webhook nor the password of the proxy', async (context) => {
  const child = await startBundled(context, 'src/main.ts', [
    'config',
    '--set',
    'slackConfig.webhookURL=https://hooks.slack.com/services/T1/B1/hush',
    '--set',
    'slackConfig.proxy=http://goran:hush@proxy.lan:8080',
  ]);
  assert.equal(await child.ended, 0);
  assert.match(child.output(), /webhookURL: \(hidden\)/);
  assert.match(child.output(), /proxy: http:\/\/…@proxy\.lan:8080/);
  assert.doesNotMatch(child.output(), /hush/);
});
