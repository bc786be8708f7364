// Slack in a network whose proxy signs every certificate itself.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { createCompanyCa } from '../../support/company-ca.ts';
import { userEvent } from '../../support/events.ts';
import { startFakeSlack } from '../../support/fake-slack.ts';
import { startSlackSink } from '../../support/start-slack-sink.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startWebProxy } from '../../support/web-proxy.ts';

const event = () => userEvent({ receivedAt: new Date().toISOString() });

/** slack.com as this network shows it: signed by the company, reached by its proxy. */
async function inspectedNetwork(context: TestContext, names = ['slack.com']) {
  const ca = createCompanyCa();
  const slack = await startFakeSlack(context, { intervalMs: 1, tls: ca.signFor(...names) });
  const proxy = await startWebProxy(context, { servers: { 'slack.com:443': slack.port } });
  const caFile = join(temporaryFolder(context), 'company.crt');
  const start = (caFileSetting = caFile) =>
    startSlackSink(context, slack, {
      apiUrl: 'https://slack.com/api/',
      environment: { HTTPS_PROXY: proxy.url },
      caFile: caFileSetting,
      pace: { firstProbeMs: 60_000, longestProbeMs: 60_000 },
    });
  return { ca, slack, proxy, caFile, start };
}

describe('a network that inspects encrypted connections', () => {
  test('is explained, with what to set', async (context) => {
    const { slack, start } = await inspectedNetwork(context);
    const { sink, status } = await start('');
    sink.accept(event());
    await waitFor('the fault', () => status().state === 'fault');
    assert.match(
      status().message,
      /certificate of slack\.com is signed by an unknown authority \(\w+\)/,
    );
    assert.match(status().remedy ?? '', /Butler\.slackConfig\.caFile .*NODE_EXTRA_CA_CERTS/);
    assert.equal(status().needsPerson, true);
    assert.equal(slack.posts.length, 0);
  });

  test('is no obstacle with the certificate of its CA, which comes late and is repaired without a restart', async (context) => {
    const { ca, slack, proxy, caFile, start } = await inspectedNetwork(context);
    const { sink, status } = await start();
    sink.accept(event());
    await waitFor('the fault', () => /company\.crt\) was not found/.test(status().message));
    writeFileSync(caFile, 'something else');
    await waitFor('the fault', () => /contains no certificate/.test(status().message));
    assert.match(status().remedy ?? '', /PEM/);
    writeFileSync(caFile, createCompanyCa('Other CA').certificate);
    await waitFor('the fault', () => /unknown authority/.test(status().message));
    assert.match(status().remedy ?? '', /caFile contains a different authority's certificate/);
    writeFileSync(caFile, `Company CA\r\n${ca.certificate}\r\n`);
    await waitFor('the message', () => slack.posts.length === 1);
    await waitFor('health', () => status().state === 'ok');
    assert.ok(proxy.asked.every((server) => server === 'slack.com:443'));
  });

  test('several certificates in one file, and one in DER, are read', async (context) => {
    const { ca, slack, caFile, start } = await inspectedNetwork(context);
    const other = createCompanyCa('Other CA').certificate;
    writeFileSync(caFile, `${other}\n${ca.certificate}`);
    const first = await start();
    first.sink.accept(event());
    await waitFor('the message', () => slack.posts.length === 1);
    writeFileSync(caFile, new X509Certificate(ca.certificate).raw);
    const second = await start();
    second.sink.accept(event());
    await waitFor('the message', () => slack.posts.length === 2);
  });

  test('a certificate for another name is not taken, also with the CA', async (context) => {
    const { ca, slack, caFile, start } = await inspectedNetwork(context, ['login.hotel.example']);
    writeFileSync(caFile, ca.certificate);
    const { sink, status } = await start();
    sink.accept(event());
    await waitFor('the fault', () => status().state === 'fault');
    assert.match(status().message, /certificate is for another name/);
    assert.equal(slack.posts.length, 0);
  });

  test('a proxy that is itself reached by TLS is trusted by the same file', async (context) => {
    const ca = createCompanyCa();
    const caFile = join(temporaryFolder(context), 'company.crt');
    writeFileSync(caFile, ca.certificate);
    const slack = await startFakeSlack(context, { tls: ca.signFor('slack.com') });
    const servers = { 'slack.com:443': slack.port };
    const proxy = await startWebProxy(context, { servers, tls: ca.signFor('localhost') });
    const { sink, status } = await startSlackSink(context, slack, {
      apiUrl: 'https://slack.com/api/',
      proxy: `https://localhost:${proxy.port}`,
      caFile,
    });
    sink.accept(event());
    await waitFor('the message', () => slack.posts.length === 1);
    assert.equal(status().state, 'ok');
  });
});
