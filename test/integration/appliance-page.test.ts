import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import mqtt from 'mqtt';
import type { Sink } from '../../src/fan-out/sink.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';

const postTest = (port: number | undefined, kind: string) =>
  fetch(`http://127.0.0.1:${port}/api/test-event`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind }),
  });

describe('the page of a running appliance', () => {
  test('a test event goes the whole way: datagram, light, MQTT; and stands for nobody', async (context) => {
    const { app, subscribe, blinks, get } = await startTestApp(context);
    const { received, messages } = await subscribe('#');
    assert.equal((await postTest(app.ports.web, 'connection-close')).status, 202);
    const event = JSON.parse(await received('blinky/event'));
    assert.equal(event.kind, 'connection-close');
    assert.equal(event.source, '127.0.0.1');
    assert.equal(blinks('red'), 1);
    assert.equal((await postTest(app.ports.web, 'session-start')).status, 202);
    await waitFor('the session', () =>
      messages.some(({ topic }) => topic.endsWith('session/start')),
    );
    const status = (await (await get('/api/status')).json()) as { activeUsers: number };
    assert.equal(status.activeUsers, 0);
    const setup = (await (await get('/api/setup')).json()) as { senders: unknown[] };
    assert.deepEqual(setup.senders, []);
  });

  test('a test event says why it can not be sent', async (context) => {
    const { app } = await startTestApp(context, ['udpServerConfig.enable=false']);
    const response = await postTest(app.ports.web, 'connection-open');
    assert.equal(response.status, 503);
    assert.match(await response.text(), /udpServerConfig\.enable/);
  });

  test('MQTT is served over WebSocket at /mqtt', async (context) => {
    const { app, send } = await startTestApp(context);
    const client = mqtt.connect(`ws://127.0.0.1:${app.ports.web}/mqtt`, { reconnectPeriod: 0 });
    context.after(() => client.endAsync(true));
    const topics: string[] = [];
    client.on('message', (topic) => topics.push(topic));
    await waitFor('the connection', () => client.connected);
    await client.subscribeAsync('blinky/event');
    await send(open);
    await waitFor('the event', () => topics.includes('blinky/event'));
  });

  test('setting up: who sent something, and what was wrong with what was no event', async (context) => {
    const { send, get } = await startTestApp(context);
    await send('/proxy-user-event/;sense1;x;y;z');
    const setup = async () =>
      (await (await get('/api/setup')).json()) as {
        senders: { address: string; host: string; events: number }[];
        lastRejected: { sender: string; reason: string; explanation: string } | null;
      };
    const rejected = await waitFor(
      'a rejection',
      async () => (await setup()).lastRejected ?? false,
    );
    assert.equal(rejected.reason, 'wrong-appender');
    assert.match(rejected.sender, /^127\.0\.0\.1:\d+$/);
    assert.match(rejected.explanation, /LocalLogConfig\.xml/);
    await send(open);
    await send(open);
    const sender = await waitFor('two events', async () =>
      (await setup()).senders.find(({ events }) => events === 2),
    );
    assert.deepEqual([sender.address, sender.host], ['127.0.0.1', 'sense1']);
  });

  test('counts of the last day survive a restart; the events, which name people, do not', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const first = await startTestApp(context, [], { stateDirectory });
    const opens = async ({ get }: typeof first) => {
      const day = (await (await get('/api/history')).json()) as {
        counts: Record<string, number[]>;
      };
      return day.counts['connection-open']?.reduce((sum, count) => sum + count, 0);
    };
    await first.send('/proxy-connection/;sense1;Open connection;LAB;waldemar;AppAccess;/hub/;m');
    await first.send('/proxy-session/;sense1;Stop session;LAB;waldemar;AppAccess;/hub/;m');
    await waitFor('the count', async () => (await opens(first)) === 1);
    await first.stop();

    const second = await startTestApp(context, [], { stateDirectory });
    assert.equal(await opens(second), 1);
    const events = (await (await second.get('/api/events')).json()) as { events: unknown[] };
    assert.deepEqual(events.events, []);
  });

  test('the metrics name neither hosts nor people', async (context) => {
    const { send, get, app } = await startTestApp(context);
    await send(open);
    await send('nonsense');
    const text = await waitFor('the counts', async () => {
      const metrics = await (await get('/metrics')).text();
      return (
        /blinky_datagrams_rejected_total\{reason="unknown-command"\} 1/.test(metrics) && metrics
      );
    });
    assert.match(text, /blinky_events_total\{kind="connection-open"\} 1/);
    assert.match(text, /blinky_light_latency_seconds_bucket\{le="0.001"\} \d/);
    assert.match(text, /blinky_mqtt_clients \d/);
    assert.match(text, /blinky_slack_waiting 0/);
    assert.match(text, /blinky_events_dropped_total\{sink="web"\} 0/);
    assert.match(text, /process_resident_memory_bytes \d{7,}/);
    assert.doesNotMatch(text, /goran|LAB|sense1|127\.0\.0\.1/);
    assert.ok(app.ports.web);
  });

  test('of a part that failed to start, the network learns one line, the log the stack', async (context) => {
    const broken: Sink = {
      name: 'broken',
      start: async () => {
        throw new Error('made on purpose\nin two lines');
      },
      accept: () => {},
      stop: async () => {},
    };
    const { get, lines } = await startTestApp(context, [], { extraSinks: [broken] });
    const healthz = await get('/healthz');
    assert.equal(healthz.status, 503);
    for (const answer of [healthz, await get('/api/status')]) {
      const text = await answer.text();
      assert.match(text, /did not start: made on purpose in two lines"/);
      assert.doesNotMatch(text, /\bat |\/src\/|\/test\/|\.ts:/);
    }
    assert.ok(lines.some((line) => /error +broken: did not start: .* at .*\.ts:/.test(line)));
  });
});
