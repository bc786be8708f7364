import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { startFakeSlack } from '../support/fake-slack.ts';
import { startWithFileLamps } from '../support/start-with-file-lamps.ts';
import { waitFor } from '../support/wait-for.ts';

const floodSize = 20_000;
/** Every tenth datagram is no event. */
const nonsenseEvery = 10;
/** What the flood may cost while it lasts, MB: inboxes and the outbox hold only so much. */
const roomMb = 100;

/** The sums of the values in `/metrics`, over all values of their labels. */
async function readMetrics(web: number): Promise<(name: string) => number> {
  const text = await (await fetch(`http://127.0.0.1:${web}/metrics`)).text();
  const lines = [...text.matchAll(/^(\w+)(?:\{.*\})? (\S+)$/gm)];
  return (name) =>
    lines.reduce((sum, [, found, value]) => (found === name ? sum + Number(value) : sum), 0);
}

test('a flood of datagrams: all are counted, the lights end dark, nobody is kept waiting', async (context) => {
  const slack = await startFakeSlack(context, { token: 'xoxb-1-flood', intervalMs: 20 });
  const { child, isLit, port } = await startWithFileLamps(context, {
    settings: ['slackConfig.enable=true', `slackConfig.apiUrl=${slack.apiUrl}`],
    environment: { SLACK_BOT_TOKEN: slack.token },
  });
  const udp = await port('udp');
  const web = await port('web');
  await child.printed(/ready/);
  const subscriber = await mqtt.connectAsync(`mqtt://127.0.0.1:${await port('mqtt')}`);
  context.after(() => subscriber.endAsync(true));
  const heard = new Set<string>();
  subscriber.on('message', (_topic, payload) => heard.add(payload.toString()));
  await subscriber.subscribeAsync('qliksense/connection/#');
  const sender = createSocket('udp4');
  context.after(() => sender.close());
  const send = (text: string) =>
    new Promise((resolve) => sender.send(text, udp, '127.0.0.1', resolve));
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
  await waitFor('the dark', () => !isLit('green') && !isLit('red'), 15_000);

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
