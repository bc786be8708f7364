import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import mqtt from 'mqtt';
import { startBundled } from '../support/child.ts';
import { startFakeSlack } from '../support/fake-slack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSettings } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const floodSize = 20_000;
/** Every tenth datagram is no event. */
const nonsenseEvery = 10;
/** What the flood may cost while it lasts, MB: inboxes and the outbox hold only so much. */
const roomMb = 100;

async function startAppliance(context: TestContext, apiUrl: string) {
  const folder = temporaryFolder(context);
  const child = await startBundled(
    context,
    'test/support/appliance-with-file-lamps.ts',
    [
      folder,
      ...testSettings,
      `stateDirectory=${join(folder, 'state')}`,
      'slackConfig.enable=true',
      `slackConfig.apiUrl=${apiUrl}`,
    ],
    { environment: { SLACK_BOT_TOKEN: 'xoxb-1-flood' } },
  );
  const port = async (pattern: RegExp) => Number((await child.printed(pattern))[1]);
  const ports = {
    udp: await port(/for Sense events on udp:\/\/127\.0\.0\.1:(\d+)/),
    mqtt: await port(/MQTT broker on mqtt:\/\/127\.0\.0\.1:(\d+)/),
    web: await port(/page on http:\/\/127\.0\.0\.1:(\d+)/),
  };
  await child.printed(/ready/);
  return { child, folder, ...ports };
}

/** The sums of the figures in `/metrics`, over all values of their labels. */
async function readMetrics(web: number): Promise<(name: string) => number> {
  const text = await (await fetch(`http://127.0.0.1:${web}/metrics`)).text();
  const lines = [...text.matchAll(/^(\w+)(?:\{.*\})? (\S+)$/gm)];
  return (name) =>
    lines.reduce((sum, [, found, value]) => (found === name ? sum + Number(value) : sum), 0);
}

test('a flood of datagrams: all are counted, the lights end dark, nobody is kept waiting', async (context) => {
  const slack = await startFakeSlack(context, { token: 'xoxb-1-flood', intervalMs: 20 });
  const appliance = await startAppliance(context, slack.apiUrl);
  const { child, folder, web } = appliance;
  const isDark = (light: string) => readFileSync(join(folder, light), 'utf8') === '0';
  const subscriber = await mqtt.connectAsync(`mqtt://127.0.0.1:${appliance.mqtt}`);
  context.after(() => subscriber.endAsync(true));
  const heard = new Set<string>();
  subscriber.on('message', (_topic, payload) => heard.add(payload.toString()));
  await subscriber.subscribeAsync('qliksense/connection/#');
  const sender = createSocket('udp4');
  context.after(() => sender.close());
  const send = (text: string) =>
    new Promise((resolve) => sender.send(text, appliance.udp, '127.0.0.1', resolve));
  const memoryBefore = (await readMetrics(web))('process_resident_memory_bytes');

  const healthChecks: number[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) healthChecks.push((await fetch(`http://127.0.0.1:${web}/healthz`)).status);
  })();
  for (let number = 0; number < floodSize; number += 1) {
    const command = number % 2 === 0 ? 'Open' : 'Close';
    await send(
      number % nonsenseEvery === 0
        ? 'nonsense'
        : `/proxy-connection/;h;${command} connection;LAB;user${number};AppAccess;/hub/;m`,
    );
  }
  isOver = true;
  await asking;
  assert.ok(healthChecks.length > 0 && healthChecks.every((status) => status === 200));

  await waitFor('all to be counted', async () => {
    const read = await readMetrics(web);
    const counted = ['events_total', 'datagrams_rejected_total', 'datagrams_dropped_total'];
    return counted.reduce((sum, name) => sum + read(`blinky_${name}`), 0) === floodSize;
  });
  const after = await readMetrics(web);
  const accepted = after('blinky_events_total');
  assert.ok(accepted > 0);
  assert.ok(after('process_resident_memory_bytes') - memoryBefore < roomMb * 1e6);
  const shown = after('blinky_blinks_total') + after('blinky_blinks_coalesced_total');
  assert.equal(shown, accepted);
  await waitFor('the dark', () => isDark('green') && isDark('red'), 15_000);

  await send('/proxy-connection/;h;Open connection;LAB;after;AppAccess;/hub/;m');
  await waitFor('the event after the flood', () => heard.has('h: LAB/after'));
  // At Slack's rate it takes minutes; nothing is lost meanwhile.
  await waitFor('Slack’s events to be on their way', async () => {
    const read = await readMetrics(web);
    const known = read('blinky_slack_waiting') + read('blinky_slack_events_total');
    return known === accepted + 1;
  });
  assert.ok(slack.lines.length > 0);
  assert.equal(slack.tooFast, 0);
  assert.equal(child.process.exitCode, null);
});
