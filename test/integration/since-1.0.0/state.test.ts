// A state directory that 1.0.0 has written: after an update everything in it is there, and nothing
// is sent a second time. BLINKY_RECORD=FOLDER (a checkout of 1.0.0 with its packages) writes it again.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import mqtt, { type IClientOptions } from 'mqtt';
import { hashPassword } from '../../../src/access/password.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { freeTcpPort } from '../../bench/targets/ports.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
import { startOtherBroker } from '../../support/other-broker.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startTestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';
import { repository, startProgram, writeRecording } from './observe.ts';

const folder = join(repository, 'test/integration/since-1.0.0');
const recordedState = join(folder, 'state');
const recording = join(folder, 'state.json');
const token = 'xoxb-stand-in';

interface Recorded {
  /** When 1.0.0 stopped; what is in its state has an age. */
  readonly stoppedAt: string;
  readonly deviceTopic: string;
  readonly authority: string;
  /** The ids of the events, in order. */
  readonly events: readonly string[];
}

const event = (prefix: string, command: string, user: string) =>
  `/qseow-proxy-${prefix}/;sense1;${command};LAB;${user};AppAccess;/hub/;m`;
const datagrams = [
  event('session', 'Start session', 'goran'),
  event('connection', 'Open connection', 'goran'),
  event('session', 'Start session', 'anna'),
  event('connection', 'Open connection', 'anna'),
  event('connection', 'Close connection', 'goran'),
];

/** Clients with a session: one who signs in, one who speaks MQTT 5, and one whom nobody knows. */
const sessions: Readonly<Record<string, IClientOptions>> = {
  kept: { clientId: 'kept', username: 'ana', password: 'secret' },
  kept5: {
    clientId: 'kept5',
    username: 'ana',
    password: 'secret',
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 600_000 },
  },
  nobody: { clientId: 'nobody' },
};
const filters = ['qliksense/connection/open', 'home/#'];
/** What waits for each of them. */
const waiting = [
  'qliksense/connection/open sense1: LAB/goran',
  'qliksense/connection/open sense1: LAB/anna',
  'home/lamp on',
];

const settings = async (slack: FakeSlack, upstreamPort: number): Promise<string[]> => [
  `brokerConfig.access.users=[{name: ana, passwordHash: "${await hashPassword('secret')}", publish: [home/#]}]`,
  'brokerConfig.tls.enable=true',
  'brokerConfig.tls.port=0',
  'mqttConfig.brokerHost=127.0.0.1',
  `mqttConfig.brokerPort=${upstreamPort}`,
  'slackConfig.enable=true',
  `slackConfig.apiUrl=${slack.apiUrl}`,
];

async function record(context: TestContext, root: string): Promise<void> {
  const slack = await startFakeSlack(context, { token });
  slack.mood = { kind: 'http', status: 503 };
  const stateDirectory = temporaryFolder(context);
  const program = await startProgram(context, {
    root,
    stateDirectory,
    settings: await settings(slack, await freeTcpPort()),
    environment: { SLACK_BOT_TOKEN: token },
  });
  for (const options of Object.values(sessions)) {
    const client = await program.client({ ...options, clean: false });
    await client.subscribeAsync(filters, { qos: 1 });
    await client.endAsync();
  }
  const ana = await program.client({ username: 'ana', password: 'secret' });
  const ids: string[] = [];
  let deviceTopic = '';
  ana.on('message', (topic, payload) => {
    if (topic === 'blinky/event') ids.push((JSON.parse(payload.toString()) as { id: string }).id);
    else deviceTopic = topic;
  });
  await ana.subscribeAsync(['blinky/event', 'homeassistant/#']);
  for (const [index, datagram] of datagrams.entries()) {
    await program.send(datagram);
    await waitFor('the event', () => ids.length === index + 1);
  }
  await ana.publishAsync('home/lamp', 'on', { qos: 1, retain: true });
  const authority = await (await program.get('/ca.crt')).text();
  await program.stop();
  rmSync(recordedState, { recursive: true, force: true });
  cpSync(stateDirectory, recordedState, { recursive: true });
  writeRecording(recording, {
    stoppedAt: new Date().toISOString(),
    deviceTopic,
    authority,
    events: ids,
  } satisfies Recorded);
}

const recordOf = process.env['BLINKY_RECORD'];
if (recordOf !== undefined) {
  test('records a state directory', (context) => record(context, recordOf));
} else {
  describe('a state directory of 1.0.0', () => {
    test('is taken over whole, and nothing in it is sent twice', async (context) => {
      const recorded = JSON.parse(readFileSync(recording, 'utf8')) as Recorded;
      const stateDirectory = temporaryFolder(context);
      cpSync(recordedState, stateDirectory, { recursive: true });
      // A minute after 1.0.0 has stopped, whenever this runs.
      const aheadMs = Date.now() - Date.parse(recorded.stoppedAt) - 60_000;
      const clock = { ...systemClock, now: () => new Date(Date.now() - aheadMs) };
      const slack = await startFakeSlack(context, { token });
      const upstream = await startOtherBroker(context);
      const start = async () =>
        startTestApp(context, await settings(slack, upstream.port), {
          stateDirectory,
          clock,
          slackToken: { tokenFile: '', environmentToken: token },
        });
      const first = await start();

      // Slack and the other broker get what waited for them.
      await waitFor('what waited for Slack', () => slack.lines.length >= datagrams.length);
      const sent = () =>
        upstream.heard
          .filter(({ topic }) => topic === 'blinky/event')
          .map(({ payload }) => (JSON.parse(payload) as { id: string }).id);
      await waitFor('what waited for the other broker', () => sent().length >= datagrams.length);

      // Each session is there, with what waits for it and nothing else.
      for (const [name, options] of Object.entries(sessions)) {
        const { resumed, heard } = await resume(first, options, waiting.length);
        assert.ok(resumed, `the session of ${name}`);
        assert.deepEqual(heard, waiting, name);
      }

      const { received, messages } = await first.subscribe('#');
      assert.equal(await received('home/lamp'), 'on');
      assert.deepEqual(JSON.parse(await received('qliksense/users/active/usernames')).sort(), [
        'anna',
        'goran',
      ]);
      await received(recorded.deviceTopic);
      assert.equal(messages.filter(({ topic }) => topic.startsWith('homeassistant/')).length, 1);
      assert.equal(await (await first.get('/ca.crt')).text(), recorded.authority);
      assert.deepEqual(await countsOfDay(first), {
        'session-start': 2,
        'session-stop': 0,
        'connection-open': 2,
        'connection-close': 1,
      });
      const status = (await (await first.get('/api/status')).json()) as {
        parts: Record<string, { state: string }>;
      };
      const faults = Object.entries(status.parts).filter(([, { state }]) => state === 'fault');
      assert.deepEqual(faults, []);
      await first.stop();

      // What was sent is not sent again at the next start, and what was heard not heard again.
      const second = await start();
      const empty = await resume(second, sessions['kept'] ?? {}, 0);
      assert.ok(empty.resumed);
      await second.send(event('session', 'Stop session', 'goran'));
      await waitFor('the new event at Slack', () => slack.lines.at(-1)?.includes('Stop session'));
      await waitFor('the new event upstream', () => sent().length > datagrams.length);
      assert.deepEqual(empty.heard, []);
      assert.equal(slack.lines.length, datagrams.length + 1, slack.lines.join('\n'));
      assert.deepEqual(sent().slice(0, -1), recorded.events);
    });
  });
}

/** Comes back to a session, and waits for what waits there. */
async function resume(
  { app }: Awaited<ReturnType<typeof startTestApp>>,
  options: IClientOptions,
  count: number,
): Promise<{ resumed: boolean; heard: string[] }> {
  const heard: string[] = [];
  let resumed = false;
  const client = mqtt.connect(`mqtt://127.0.0.1:${app.ports.mqtt}`, {
    ...options,
    clean: false,
    reconnectPeriod: 0,
  });
  client.on('connect', ({ sessionPresent }) => {
    resumed = sessionPresent;
  });
  client.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
  try {
    await waitFor('the connection', () => client.connected);
    await waitFor(`${count} messages`, () => heard.length >= count);
    // What the broker sends before it answers this would have been one too many.
    await client.subscribeAsync('nothing/here');
    return { resumed, heard };
  } finally {
    await client.endAsync();
  }
}

/** How many events of each kind there were in the last day. */
async function countsOfDay({ get }: Awaited<ReturnType<typeof startTestApp>>) {
  const { counts } = (await (await get('/api/history')).json()) as {
    counts: Record<string, number[]>;
  };
  return Object.fromEntries(
    Object.entries(counts).map(([kind, minutes]) => [
      kind,
      minutes.reduce((sum, one) => sum + one, 0),
    ]),
  );
}
