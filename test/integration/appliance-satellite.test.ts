import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { hashPassword } from '../../src/access/password.ts';
import type { UserEvent } from '../../src/events/user-event.ts';
import { butlerSosJson, butlerText } from '../../src/publications/event-publications.ts';
import { userEvent } from '../support/events.ts';
import { type OtherBroker, startOtherBroker } from '../support/other-broker.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const opened = (user = 'goran') =>
  `/proxy-connection/;sense1;Open connection;LAB;${user};AppAccess;/hub/;m`;

const quick = {
  upstreamLimits: { capacity: 1000, memoryCapacity: 100, firstRetryMs: 20, longestRetryMs: 200 },
};
const of = (port: number | undefined, ...more: string[]) => [
  'satelliteConfig.brokerHost=127.0.0.1',
  `satelliteConfig.brokerPort=${port}`,
  ...more,
];
const withoutUdp = 'udpServerConfig.enable=false';

interface Status {
  readonly accepted: Record<string, number>;
  readonly satellite: { copies: number; rejected: Record<string, number>; excluded: number };
}
const statusOf = async ({ get }: TestApp): Promise<Status> =>
  (await (await get('/api/status')).json()) as Status;

/** Starts a satellite and waits until it listens. */
async function startSatellite(context: TestContext, settings: string[], options = {}) {
  const satellite = await startTestApp(context, settings, { ...quick, ...options });
  const { status } = satellite.app.health.part('satellite');
  await waitFor('the satellite to listen', () => {
    return satellite.app.health.part('satellite').status.state === 'ok';
  }).catch((error) => {
    throw new Error(`${error}: ${status.message}`);
  });
  return satellite;
}

/** What was published, up to a mark that somebody publishes after everything else. */
async function eventsUntilQuiet(broker: OtherBroker): Promise<string[]> {
  for (let before = -1; before !== broker.heard.length; ) {
    before = broker.heard.length;
    await pause(150);
  }
  return broker.heard
    .filter(({ topic }) => topic === 'blinky/event')
    .map(({ payload }) => (JSON.parse(payload) as UserEvent).id);
}

describe('a satellite', () => {
  test('of another appliance: the same event, once, with its own lights and broker', async (context) => {
    const appliance = await startTestApp(context);
    const satellite = await startSatellite(context, of(appliance.app.ports.mqtt, withoutUdp));
    const there = await appliance.subscribe('blinky/event');
    const here = await satellite.subscribe('#');
    await appliance.send(opened());
    assert.deepEqual(
      JSON.parse(await here.received('blinky/event')),
      JSON.parse(await there.received('blinky/event')),
    );
    assert.equal(await here.received('qliksense/connection/open'), 'sense1: LAB/goran');
    await waitFor('the light', () => satellite.blinks('green') === 1);
    await waitFor('the copies', async () => (await statusOf(satellite)).satellite.copies === 2);
    assert.equal((await statusOf(satellite)).accepted['connection-open'], 1);
    assert.match(await (await satellite.get('/metrics')).text(), /satellite_copies_total 2/);
    assert.equal(satellite.blinks('green'), 1);
  });

  test("of a broker fed by Butler's text, by Butler SOS's JSON, and by nonsense", async (context) => {
    const broker = await startOtherBroker(context);
    const satellite = await startSatellite(
      context,
      of(broker.port, 'userEvents.excludeUser=[{ directory: LAB, userId: monitor }]'),
    );
    const { messages } = await satellite.subscribe('blinky/event');
    const text = (user: string) => butlerText(userEvent({ userId: user }));
    await broker.publish({ topic: 'qliksense/connection/open', payload: text('one') });
    await broker.publish({ topic: 'qliksense/connection/close', payload: text('two') });
    await broker.publish({
      topic: 'qliksense/userevent',
      payload: butlerSosJson(userEvent({ kind: 'session-start', userId: 'three' })),
    });
    await broker.publish({ topic: 'qliksense/userevent', payload: 'nonsense' });
    await broker.publish({ topic: 'qliksense/connection/open', payload: text('monitor') });
    await waitFor('three events', () => messages.length === 3);
    const heard = messages.map(({ payload }) => JSON.parse(payload) as UserEvent);
    assert.deepEqual(
      heard.map(({ kind, userId, source }) => [kind, userId, source]),
      [
        ['connection-open', 'one', '127.0.0.1'],
        ['connection-close', 'two', '127.0.0.1'],
        ['session-start', 'three', '127.0.0.1'],
      ],
    );
    await waitFor('the rest', async () => (await statusOf(satellite)).satellite.excluded === 1);
    assert.equal((await statusOf(satellite)).satellite.rejected['unreadable'], 1);
    await waitFor('both lights', () => satellite.blinks('green') + satellite.blinks('red') === 2);
    // Its own socket goes on beside.
    await satellite.send(opened('four'));
    await waitFor('the fourth', () => messages.length === 4);
  });

  for (const version of [4, 5]) {
    test(`what is retained there is no event; what came while it was away is (${version})`, async (context) => {
      const broker = await startOtherBroker(context);
      const topic = 'qliksense/connection/open';
      await broker.publish({ topic, payload: 'sense1: LAB/old', retain: true });
      const satellite = await startSatellite(
        context,
        of(broker.port, `satelliteConfig.protocolVersion=${version}`),
      );
      const { messages } = await satellite.subscribe('blinky/event');
      await broker.away();
      await waitFor('the fault', () =>
        satellite.app.health.faults().some(({ part }) => part === 'satellite'),
      );
      await broker.publish({ topic, payload: 'sense1: LAB/new' });
      await broker.listen();
      await waitFor('the event', () => messages.length > 0);
      assert.deepEqual(
        messages.map(({ payload }) => (JSON.parse(payload) as UserEvent).userId),
        ['new'],
      );
    });
  }

  test('of a broker that keeps names to itself: the lights blink all the same', async (context) => {
    const appliance = await startTestApp(context, [
      'brokerConfig.access.personalData=signedIn',
      `brokerConfig.access.users=[{name: sat, passwordHash: "${await hashPassword('secret')}"}]`,
    ]);
    const { mqtt } = appliance.app.ports;
    const nobody = await startSatellite(context, of(mqtt, withoutUdp));
    const signedIn = await startSatellite(
      context,
      of(
        mqtt,
        withoutUdp,
        'satelliteConfig.brokerUser=sat',
        'satelliteConfig.brokerPassword=secret',
      ),
    );
    const nameless = await nobody.subscribe('qliksense/connection/open');
    const named = await signedIn.subscribe('qliksense/connection/open');
    await appliance.send(opened());
    assert.equal(await nameless.received('qliksense/connection/open'), 'sense1: /');
    assert.equal(await named.received('qliksense/connection/open'), 'sense1: LAB/goran');
    await waitFor('both', () => nobody.blinks('green') === 1 && signedIn.blinks('green') === 1);
    assert.equal(nobody.app.activeUserCount, 0);
    assert.equal(signedIn.app.activeUserCount, 1);
  });

  test('that is upstream to the same broker: nothing goes round', async (context) => {
    const broker = await startOtherBroker(context);
    const both = [
      ...of(broker.port),
      'mqttConfig.brokerHost=localhost',
      `mqttConfig.brokerPort=${broker.port}`,
    ];
    const one = await startSatellite(context, both);
    const other = await startSatellite(context, both);
    await one.send(opened('udp'));
    await broker.publish({
      topic: 'blinky/event',
      payload: JSON.stringify(userEvent({ id: '01JDC0000000000000000000B2', userId: 'mqtt' })),
    });
    await broker.publish({ topic: 'qliksense/connection/open', payload: 'sense1: LAB/text' });
    for (const { app, blinks } of [one, other]) {
      await waitFor('three blinks', () => blinks('green') === 3);
      assert.equal(app.activeUserCount, 3);
    }
    const ids = await eventsUntilQuiet(broker);
    assert.equal(ids.length, 2, 'what came from there was not sent back');
    for (const satellite of [one, other]) {
      assert.equal((await statusOf(satellite)).accepted['connection-open'], 3);
    }
  });

  test('relays to a broker that is another one; two relays in a ring end, too', async (context) => {
    const left = await startOtherBroker(context);
    const right = await startOtherBroker(context);
    const relay = (from: OtherBroker, to: OtherBroker) => [
      ...of(from.port),
      'mqttConfig.brokerHost=127.0.0.1',
      `mqttConfig.brokerPort=${to.port}`,
    ];
    const there = await startSatellite(context, relay(left, right));
    const back = await startSatellite(context, relay(right, left));
    await left.publish({ topic: 'qliksense/connection/open', payload: 'sense1: LAB/goran' });
    await waitFor('the event', () => back.blinks('green') === 1);
    const [id] = await eventsUntilQuiet(right);
    assert.deepEqual(await eventsUntilQuiet(right), [id]);
    assert.deepEqual(await eventsUntilQuiet(left), [id]);
    for (const satellite of [there, back]) {
      assert.equal((await statusOf(satellite)).accepted['connection-open'], 1);
    }
  });

  test('finds the other appliance by itself, and says when there is none', async (context) => {
    const appliance = await startTestApp(context);
    const found = [
      {
        instance: 'Blinky Light',
        host: 'blinky.local',
        address: '127.0.0.1',
        port: appliance.app.ports.mqtt ?? 0,
      },
    ];
    let isThere = false;
    const satellite = await startTestApp(context, ['satelliteConfig.brokerHost=auto'], {
      ...quick,
      browse: async () => (isThere ? found : []),
    });
    const fault = await waitFor('the fault', () =>
      satellite.app.health.faults().find(({ part }) => part === 'satellite'),
    );
    assert.match(fault.message, /no other broker found/);
    isThere = true;
    await waitFor('the connection', () => {
      return satellite.app.health.part('satellite').status.state === 'ok';
    });
    await appliance.send(opened());
    await waitFor('the light', () => satellite.blinks('green') === 1);
  });

  test('of a broker that does not let it subscribe, the reason is told', async (context) => {
    const closed = await startTestApp(context, [
      `brokerConfig.access.users=[{name: sat, passwordHash: "${await hashPassword('secret')}", subscribe: [x]}]`,
    ]);
    const satellite = await startTestApp(
      context,
      of(
        closed.app.ports.mqtt,
        'satelliteConfig.brokerUser=sat',
        'satelliteConfig.brokerPassword=secret',
      ),
      quick,
    );
    const fault = await waitFor('the fault', () =>
      satellite.app.health.faults().find(({ part }) => part === 'satellite'),
    );
    assert.match(fault.message, /does not let this appliance subscribe to blinky\/event/);
    assert.equal(fault.needsPerson, true);
  });
});
