// At `debug`, one event can be followed by its id; at `silly` one sees the bytes; at `info` neither.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { LogLevel } from '../../src/platform/log.ts';
import { startFakeSlack } from '../support/fake-slack.ts';
import { startOtherBroker } from '../support/other-broker.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const token = 'xoxb-1-test-token';
const open = "/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;it's\ta row";

/** What becomes of an event, as the lines of the log say it: `part: ID what`. */
const stages = [
  /^debug +udp: ID accepted: Open connection on sense1 from 127\.0\.0\.1:\d+, as butler-6$/,
  /^debug +lights: ID blinks the green light$/,
  /^debug +mqtt: ID handed over$/,
  /^debug +mqtt: ID published on blinky\/event \(to 2\), qliksense\/connection\/open \(to 1\)$/,
  /^debug +active users: ID handed over$/,
  /^debug +active users: ID changes who is active: now 1$/,
  /^debug +upstream: ID handed over$/,
  /^debug +upstream: ID queued; 1 waiting$/,
  /^debug +upstream: ID sent to 127\.0\.0\.1$/,
  /^debug +slack: ID handed over$/,
  /^debug +slack: ID queued; 1 waiting$/,
  /^debug +slack: ID posted$/,
  /^debug +web: ID handed over$/,
  /^debug +web: ID listed on the page$/,
];

async function start(context: TestContext, level: LogLevel, ...settings: readonly string[]) {
  const { log, lines } = recordingLog(level);
  const slack = await startFakeSlack(context, { token });
  const upstream = await startOtherBroker(context);
  const appliance = await startTestApp(
    context,
    [
      'slackConfig.enable=true',
      `slackConfig.apiUrl=${slack.apiUrl}`,
      'mqttConfig.brokerHost=127.0.0.1',
      `mqttConfig.brokerPort=${upstream.port}`,
      ...settings,
    ],
    { log, slackToken: { tokenFile: '', environmentToken: token } },
  );
  await waitFor('the upstream broker', () => {
    return appliance.app.health.part('upstream').status.state === 'ok';
  });
  return { ...appliance, lines, slack, upstream };
}

/** Sends one event, and returns its id when everybody has had it. */
async function follow({ send, subscribe, slack, upstream }: Awaited<ReturnType<typeof start>>) {
  await subscribe('blinky/event');
  const { received } = await subscribe(['blinky/event', 'qliksense/connection/open']);
  await send(open);
  const { id } = JSON.parse(await received('blinky/event')) as { id: string };
  await waitFor('the post', () => slack.posts.length > 0);
  await waitFor('the upstream broker', () =>
    upstream.heard.some(({ payload }) => payload.includes(id)),
  );
  return id;
}

describe('what the log shows of an event', () => {
  test('at debug a line at each stage with its id, and no name', async (context) => {
    const appliance = await start(context, 'debug');
    const id = await follow(appliance);
    const ofEvent = () =>
      appliance.lines.filter((line) => line.includes(id)).map((line) => line.replace(id, 'ID'));
    await waitFor('every line', () => ofEvent().length >= stages.length).catch(() => {});
    for (const stage of stages) {
      assert.equal(
        ofEvent().filter((line) => stage.test(line)).length,
        1,
        `${stage} in\n${ofEvent().join('\n')}`,
      );
    }
    assert.equal(ofEvent().length, stages.length, ofEvent().join('\n'));
    const debug = appliance.lines.filter((line) => line.startsWith('debug'));
    assert.doesNotMatch(debug.join('\n'), /goran|LAB/);
    assert.doesNotMatch(appliance.lines.join('\n'), /^silly/m);
  });

  test('debug also shows what is ignored, and why', async (context) => {
    const { send, lines } = await start(
      context,
      'debug',
      'userEvents.excludeUser=[{directory: LAB, userId: monitor}]',
      'slackConfig.excludeUser=[{directory: LAB, userId: goran}]',
    );
    const has = (line: RegExp) => waitFor(String(line), () => lines.some((one) => line.test(one)));
    const from = String.raw`from 127\.0\.0\.1:\d+`;
    await send(open.replace('goran', 'monitor'));
    await has(
      new RegExp(
        `^debug +udp: ignored Open connection on sense1 ${from}, as butler-6: its user is in Butler\\.userEvents\\.excludeUser$`,
      ),
    );
    await send(open);
    await send(open.replace('/proxy-', '/qseow-proxy-'));
    await has(
      new RegExp(
        `^debug +udp: ignored Open connection on sense1 ${from}, as butler-sos: already received as butler-6$`,
      ),
    );
    await has(/^debug +slack: \w{26} skipped: its user is in Butler\.slackConfig\.excludeUser$/);
    await send(open.replace('Open connection', 'Start session'));
    await has(/^debug +lights: \w{26} has no light$/);
    await send(open.replace('LAB;goran', 'BLINKY;test'));
    await has(/^debug +active users: \w{26} not counted: /);
    await has(/^debug +mqtt: \w{26} published nowhere: no subscribers$/);
    const debug = lines.filter((line) => line.startsWith('debug'));
    assert.doesNotMatch(debug.join('\n'), /goran|monitor|LAB/);
  });

  test('at debug why Slack did not take it, and that it stays', async (context) => {
    const appliance = await start(context, 'debug');
    appliance.slack.mood = { kind: 'http', status: 503 };
    await appliance.send(open);
    const line = /^debug +slack: \w{26} not posted: .*HTTP 503.*; it stays in the queue$/;
    await waitFor(String(line), () => appliance.lines.some((one) => line.test(one)));
  });

  test('at silly the bytes as well, and no token', async (context) => {
    const appliance = await start(context, 'silly', 'brokerConfig.access.anonymous=publish');
    const id = await follow(appliance);
    const all = () => appliance.lines.filter((line) => line.startsWith('silly'));
    const has = (line: RegExp) =>
      waitFor(String(line), () => all().some((one) => line.test(one))).catch((error) => {
        throw new Error(`${error}\n${all().join('\n')}`);
      });
    await has(/^silly +udp: datagram from 127\.0\.0\.1:\d+: \/proxy-connection\/;.*it's\\ta row$/);
    await has(/^silly +mqtt: publishes on qliksense\/connection\/open: sense1: LAB\/goran$/);
    await has(/^silly +mqtt: publishes on blinky\/light\/green: ON$/);
    const { client } = await appliance.subscribe([], { clientId: 'lamp' });
    await client.publishAsync('lamps/7', 'on');
    await has(/^silly +mqtt: client lamp publishes on lamps\/7: on$/);
    await has(new RegExp(`^silly +upstream: publishes on blinky/event: \\{"id":"${id}"`));
    await has(/^silly +slack: chat\.postMessage \{"channel":"sense-user-activity",.*LAB\/goran/);
    assert.doesNotMatch(appliance.lines.join('\n'), /xoxb|test-token/);
  });

  test('at info nothing of it', async (context) => {
    const appliance = await start(context, 'info');
    const id = await follow(appliance);
    const text = appliance.lines.join('\n');
    assert.doesNotMatch(text, /^(?:debug|silly)/m);
    assert.ok(!text.includes(id), text);
    assert.doesNotMatch(text, /goran/);
  });
});
