import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { type OtherBroker, startOtherBroker } from '../support/other-broker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const opened = (user: string) =>
  `/proxy-connection/;sense1;Open connection;LAB;${user};AppAccess;/hub/;m`;

/** A hundredth of the pauses that the product makes. */
const quick = {
  upstreamLimits: { capacity: 1000, memoryCapacity: 100, firstRetryMs: 20, longestRetryMs: 200 },
};
const to = ({ port }: OtherBroker, ...more: string[]) => [
  'mqttConfig.brokerHost=127.0.0.1',
  `mqttConfig.brokerPort=${port}`,
  ...more,
];

const payloadsOn = ({ heard }: OtherBroker, topic: string) =>
  heard.filter((one) => one.topic === topic).map(({ payload }) => payload);
const lastOn = (broker: OtherBroker, topic: string) => payloadsOn(broker, topic).at(-1);
const upstreamFault = ({ app }: TestApp) =>
  app.health.faults().find(({ part }) => part === 'upstream');

interface Status {
  readonly accepted: { readonly 'connection-open': number };
  readonly upstream: { readonly waiting: number; readonly dropped: number };
}
const statusOf = async ({ get }: TestApp): Promise<Status> =>
  (await (await get('/api/status')).json()) as Status;

/** Users u0, u1, … open an app; no faster than a small receive buffer takes it. */
async function sendOpened(appliance: TestApp, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await appliance.send(opened(`u${number}`));
    if (number % 20 !== 19) continue;
    await waitFor('what was sent', async () => {
      return (await statusOf(appliance)).accepted['connection-open'] === number + 1;
    });
  }
}

describe('the upstream broker', () => {
  test('gets every publication, and hears that the appliance comes and goes', async (context) => {
    const upstream = await startOtherBroker(context);
    const appliance = await startTestApp(context, to(upstream), quick);
    await waitFor('online', () => lastOn(upstream, 'blinky/status') === 'online');
    await appliance.send(opened('goran'));
    for (const topic of ['blinky/event', 'qliksense/connection/open', 'qliksense/userevent']) {
      await waitFor(topic, () => lastOn(upstream, topic));
    }

    const { heard } = upstream;
    assert.equal(lastOn(upstream, 'qliksense/connection/open'), 'sense1: LAB/goran');
    assert.equal(JSON.parse(lastOn(upstream, 'qliksense/userevent') ?? '').userId, 'goran');
    assert.equal(JSON.parse(lastOn(upstream, 'blinky/event') ?? '').kind, 'connection-open');
    assert.ok(heard.every(({ qos }) => qos === 1));
    await waitFor('the light', () => payloadsOn(upstream, 'blinky/light/green').includes('ON'));
    await waitFor('the users', () => lastOn(upstream, 'qliksense/users/active/count') === '1');
    const perServer = 'qliksense/users/activeperserver/sense1/count';
    await waitFor('the users of the server', () => lastOn(upstream, perServer) === '1');
    const sessionServer = 'qliksense/butler/session_server';
    await waitFor('the UDP state', () => lastOn(upstream, sessionServer) === 'start');
    for (const topic of ['blinky/light/green', 'blinky/light/red', 'blinky/status']) {
      await waitFor(topic, () => heard.some((one) => one.retained && one.topic === topic));
    }

    await appliance.stop();
    await waitFor('offline', () => lastOn(upstream, 'blinky/status') === 'offline');
  });

  test('away for a while, it gets what it missed, in order, and of how things are the latest', async (context) => {
    const upstream = await startOtherBroker(context);
    const appliance = await startTestApp(context, to(upstream), quick);
    await waitFor('online', () => lastOn(upstream, 'blinky/status') === 'online');
    await upstream.away();
    await waitFor('the fault', () => upstreamFault(appliance));
    const count = 'qliksense/users/active/count';
    const { messages } = await appliance.subscribe(count);
    await sendOpened(appliance, 200);
    await waitFor('all of them waiting', async () => {
      return (await statusOf(appliance)).upstream.waiting === 200;
    });
    await waitFor('all of them counted', () => messages.at(-1)?.payload === '200');
    assert.match(
      upstreamFault(appliance)?.message ?? '',
      /^connection refused by the upstream broker/,
    );
    assert.equal(upstreamFault(appliance)?.needsPerson, false);

    const before = upstream.heard.length;
    await upstream.listen();
    const users = () =>
      payloadsOn(upstream, 'blinky/event').map((json) => JSON.parse(json).userId as string);
    await waitFor('all events', () => users().length >= 200);
    assert.deepEqual(
      users(),
      Array.from({ length: 200 }, (_, number) => `u${number}`),
    );
    await waitFor('the count', () => lastOn(upstream, count) === '200');
    const counts = upstream.heard.slice(before).filter(({ topic }) => topic === count);
    assert.deepEqual(
      counts.map(({ payload }) => payload),
      ['200'],
      'of the states in between nobody is told',
    );
    assert.equal(upstreamFault(appliance), undefined);
    const metrics = async () => (await appliance.get('/metrics')).text();
    await waitFor('none waiting', async () => /^blinky_upstream_waiting 0$/m.test(await metrics()));
    assert.match(await metrics(), /^blinky_upstream_events_total\{result="sent"\} 200$/m);
  });

  test('what waits outlives a restart; past the limit the oldest go, and are counted', async (context) => {
    const upstream = await startOtherBroker(context);
    await upstream.away();
    const stateDirectory = temporaryFolder(context);
    const limits = { ...quick.upstreamLimits, capacity: 50 };
    const options = { stateDirectory, upstreamLimits: limits };
    const first = await startTestApp(context, to(upstream), options);
    await sendOpened(first, 80);
    await waitFor('thirty to go', async () => {
      return (await statusOf(first)).upstream.dropped === 30;
    });
    await first.stop();
    assert.ok(
      first.lines.some((line) => /upstream outbox: queue full \(\d+ events waiting\)/.test(line)),
    );

    await upstream.listen();
    await startTestApp(context, to(upstream), options);
    const users = () =>
      payloadsOn(upstream, 'blinky/event').map((json) => JSON.parse(json).userId as string);
    await waitFor('the rest', () => users().length >= 50);
    assert.deepEqual(
      users(),
      Array.from({ length: 50 }, (_, number) => `u${number + 30}`),
    );
  });

  test('a wrong password is explained, and a mended file works without a restart', async (context) => {
    const upstream = await startOtherBroker(context, { user: 'blinky', password: 'right' });
    const file = join(temporaryFolder(context), 'password');
    writeFileSync(file, 'wrong\n');
    const appliance = await startTestApp(
      context,
      to(upstream, 'mqttConfig.brokerUser=blinky', `mqttConfig.brokerPasswordFile=${file}`),
      quick,
    );
    const fault = await waitFor('the fault', () => upstreamFault(appliance));
    assert.equal(
      fault.message,
      `the upstream broker 127.0.0.1:${upstream.port} rejected the user blinky or the password`,
    );
    assert.match(fault.remedy ?? '', /Butler\.mqttConfig\.brokerUser/);
    assert.equal(fault.needsPerson, true);
    writeFileSync(file, 'right\n');
    await waitFor('online', () => lastOn(upstream, 'blinky/status') === 'online');
    assert.ok(appliance.lines.every((line) => !line.includes('wrong')));
    const said = appliance.lines.filter((line) => line.includes('rejected the user'));
    assert.equal(said.length, 1, 'however often it was tried');
  });

  test('its own broker is refused, with the reason', async (context) => {
    const port = await freePort();
    const appliance = await startTestApp(
      context,
      [
        `brokerConfig.port=${port}`,
        'mqttConfig.brokerHost=localhost',
        `mqttConfig.brokerPort=${port}`,
      ],
      quick,
    );
    const fault = await waitFor('the fault', () => upstreamFault(appliance));
    assert.match(fault.message, /is this appliance's own broker/);
    assert.equal(fault.needsPerson, true);
    const { messages } = await appliance.subscribe('qliksense/connection/open');
    await appliance.send(opened('goran'));
    await waitFor('the event', () => messages.length > 0);
  });

  test('a prefix keeps appliances apart, and a test blink can be asked for there', async (context) => {
    const upstream = await startOtherBroker(context);
    const one = await startTestApp(
      context,
      to(upstream, 'mqttConfig.brokerTopicPrefix=oslo'),
      quick,
    );
    const other = await startTestApp(
      context,
      to(upstream, 'mqttConfig.brokerTopicPrefix=lund/'),
      quick,
    );
    await one.send(opened('goran'));
    await waitFor('the event', () => lastOn(upstream, 'oslo/qliksense/connection/open'));
    await waitFor('the other', () => lastOn(upstream, 'lund/blinky/status') === 'online');
    assert.ok(upstream.heard.every(({ topic }) => /^(oslo|lund|homeassistant)\//.test(topic)));
    await other.lampTestOver();
    await upstream.publish({ topic: 'oslo/blinky/blink', payload: 'red' });
    await waitFor('the blink', () => one.blinks('red') === 1);
    assert.equal(other.blinks('red'), 0);
  });

  test('with mqttConfig.enable false nothing goes there', async (context) => {
    const upstream = await startOtherBroker(context);
    const { app, send, blinks } = await startTestApp(
      context,
      to(upstream, 'mqttConfig.enable=false'),
      quick,
    );
    await send(opened('goran'));
    await waitFor('the light', () => blinks('green') === 1);
    assert.equal(upstream.connects.length, 0);
    assert.equal(app.health.part('upstream').status.state, 'off');
  });
});
