import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import {
  type StrictBroker,
  type StrictRules,
  startStrictBroker,
} from '../support/strict-broker.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const opened = (user: string) =>
  `/proxy-connection/;sense1;Open connection;LAB;${user};AppAccess;/hub/;m`;
const openTopic = 'qliksense/connection/open';

/** A hundredth of the pauses that the product makes. */
const quick = {
  upstreamLimits: { capacity: 1000, memoryCapacity: 100, firstRetryMs: 20, longestRetryMs: 200 },
};

async function start(context: TestContext, rules: StrictRules, ...settings: string[]) {
  const broker = await startStrictBroker(context, rules);
  const appliance = await startTestApp(
    context,
    [
      'mqttConfig.brokerHost=127.0.0.1',
      `mqttConfig.brokerPort=${broker.port}`,
      ...settings.map((setting) => `mqttConfig.${setting}`),
    ],
    quick,
  );
  return { broker, appliance };
}

const stateOf = ({ app }: TestApp) => app.health.part('upstream').status;
const linesWith = ({ lines }: TestApp, text: string) => lines.filter((line) => line.includes(text));

/** Events go through, and go on doing so. */
async function assertEventsArrive(broker: StrictBroker, appliance: TestApp): Promise<void> {
  await appliance.send(opened('goran'));
  await waitFor('the event', () => broker.payloads(openTopic).includes('sense1: LAB/goran'));
  await waitFor('the connection', () => stateOf(appliance).state === 'ok');
  await appliance.send(opened('anna'));
  await waitFor('another', () => broker.payloads(openTopic).includes('sense1: LAB/anna'));
  await waitFor('none waiting', async () => {
    const status = await (await appliance.get('/api/status')).json();
    return (status as { upstream: { waiting: number } }).upstream.waiting === 0;
  });
}

describe('an upstream broker that keeps nothing retained', () => {
  const kinds: readonly [string, StrictRules][] = [
    ['cuts at a retained will', { retainedWill: 'cut' }],
    ['refuses a retained will as not authorized', { retainedWill: 5 }],
    ['refuses a retained will as a wrong password', { retainedWill: 4 }],
    ['cuts at a retained message', { retainedMessage: 'cut' }],
    ['acknowledges a retained message and cuts', { retainedMessage: 'acknowledge-and-cut' }],
    ['cuts at both', { retainedWill: 'cut', retainedMessage: 'cut' }],
  ];
  for (const [name, rules] of kinds) {
    test(`${name}: events go through without, and the reason is logged once`, async (context) => {
      const { broker, appliance } = await start(context, rules);
      await assertEventsArrive(broker, appliance);
      const line = await waitFor('the reason', () => {
        return linesWith(appliance, 'does not accept retained messages; sending without')[0];
      });
      assert.match(line, /Fix: set Butler\.mqttConfig\.retain to false/);
      assert.ok(broker.taken.every(({ retain }) => !retain));
      assert.equal(broker.payloads('blinky/status').at(-1), 'online');
      assert.equal(broker.connects.at(-1)?.will?.retain, false);

      const { refusals } = broker;
      broker.cut();
      await waitFor('the next connection', () => {
        return broker.payloads('blinky/status').filter((one) => one === 'online').length === 2;
      });
      assert.equal(broker.refusals, refusals, 'what was found out is not tried again');
      assert.equal(linesWith(appliance, 'does not accept retained messages; sending').length, 1);
    });
  }

  test('with mqttConfig.retain false nothing retained is ever asked for', async (context) => {
    const { broker, appliance } = await start(
      context,
      { retainedWill: 'cut', retainedMessage: 'cut' },
      'retain=false',
    );
    await assertEventsArrive(broker, appliance);
    assert.equal(broker.refusals, 0);
    assert.equal(broker.connects.length, 1);
    const { will } = broker.connects[0] ?? {};
    assert.deepEqual([will?.topic, will?.retain], ['blinky/status', false]);
    assert.ok(broker.payloads('blinky/light/green').length > 0, 'how things are is still sent');
    assert.equal(linesWith(appliance, 'retained').length, 0);
  });

  for (const will of ['cut', 5] as const) {
    test(`takes no will at all (${will}): events go through without one`, async (context) => {
      const { broker, appliance } = await start(context, { will });
      await assertEventsArrive(broker, appliance);
      await waitFor('the reason', () => linesWith(appliance, 'a last will; sending without')[0]);
      assert.equal(broker.connects.at(-1)?.will, undefined);
    });
  }

  test('one that refuses whatever is asked keeps its own reason, and gets everything once it is repaired', async (context) => {
    const { broker, appliance } = await start(context, { forbidden: () => true });
    await waitFor('every form of the connection, twice', () => {
      return broker.connects.filter(({ will }) => !will).length >= 2;
    });
    assert.match(stateOf(appliance).message, /closed the connection at the first message$/);
    assert.match(stateOf(appliance).remedy ?? '', /allow this appliance to publish there/);
    broker.rules = {};
    await assertEventsArrive(broker, appliance);
  });

  const forbiddenTopics = [
    'qliksense/users/activeperserver/sense1/count',
    'blinky/event',
    'blinky/light/green',
  ];
  for (const topic of forbiddenTopics) {
    test(`cuts at ${topic} only: everything else arrives, still retained`, async (context) => {
      const { broker, appliance } = await start(context, { forbidden: (one) => one === topic });
      await appliance.send(opened('bo'));
      await assertEventsArrive(broker, appliance);
      const said = linesWith(appliance, `closes the connection at a message on ${topic}`);
      assert.equal(said.length, 1);
      assert.equal(linesWith(appliance, 'closes the connection at').length, 1);
      await waitFor('what is retained', () => {
        return broker.taken.some((one) => one.retain && one.topic === 'blinky/light/red');
      });
      assert.equal(linesWith(appliance, 'sending without').length, 0);
      assert.equal(broker.connects.at(-1)?.will?.retain, true);
    });
  }

  test('a broker that takes everything and comes and goes is still asked to keep messages', async (context) => {
    const { broker, appliance } = await start(context, {});
    for (let cut = 1; cut <= 5; cut += 1) {
      await waitFor('what is retained', () => broker.payloads('blinky/light/red').length >= cut);
      await waitFor('its acknowledgement', () => stateOf(appliance).state === 'ok');
      broker.cut();
      await waitFor('the fault', () => stateOf(appliance).state === 'fault');
    }
    await assertEventsArrive(broker, appliance);
    assert.equal(broker.connects.at(-1)?.will?.retain, true);
  });
});

describe('an upstream broker in MQTT 5', () => {
  const five = 'protocolVersion=5';

  test('says that it keeps nothing: it is believed at once', async (context) => {
    const { broker, appliance } = await start(
      context,
      { properties: { retainAvailable: false } },
      five,
    );
    await assertEventsArrive(broker, appliance);
    assert.equal(broker.refusals, 1, 'the will, for which it can only be asked before');
    await waitFor('the reason', () => linesWith(appliance, 'retained messages')[0]);
    assert.ok(broker.taken.every(({ retain }) => !retain));
    assert.ok(broker.taken.every(({ qos }) => qos === 1));
  });

  test('takes QoS 0 only: events go with QoS 0, and the log says what that means', async (context) => {
    const { broker, appliance } = await start(context, { properties: { maximumQoS: 0 } }, five);
    await assertEventsArrive(broker, appliance);
    assert.ok(broker.taken.every(({ qos }) => qos === 0));
    assert.equal(linesWith(appliance, 'supports only QoS 0: ').length, 1);
  });

  test('has no more messages under way than it wants', async (context) => {
    const { broker, appliance } = await start(context, { properties: { receiveMaximum: 2 } }, five);
    for (let number = 0; number < 30; number += 1) await appliance.send(opened(`u${number}`));
    await waitFor('all of them', () => broker.payloads(openTopic).length >= 30);
    assert.ok(broker.mostInFlight <= 2, `${broker.mostInFlight} at a time`);
  });

  test('takes small packets only: what fits arrives, what does not is named once', async (context) => {
    const { broker, appliance } = await start(
      context,
      { properties: { maximumPacketSize: 100 } },
      five,
    );
    await assertEventsArrive(broker, appliance);
    assert.equal(broker.payloads('blinky/event').length, 0);
    const said = linesWith(appliance, 'rejected a message on blinky/event (packet too large)');
    assert.equal(said.length, 1);
  });

  test('forbids a topic: the others arrive, and it is named once', async (context) => {
    const { broker, appliance } = await start(
      context,
      { forbidden: (topic) => topic.startsWith('blinky/') },
      five,
    );
    await assertEventsArrive(broker, appliance);
    const said = linesWith(appliance, 'rejected a message on blinky/event (not authorized)');
    assert.equal(said.length, 1);
  });

  test('forbids every topic: nothing is lost, and the reason is shown', async (context) => {
    const { broker, appliance } = await start(context, { forbidden: () => true }, five);
    await appliance.send(opened('goran'));
    await waitFor('the fault', () => stateOf(appliance).state === 'fault');
    assert.match(stateOf(appliance).message, /rejects messages on .*\(not authorized\)$/);
    broker.rules = {};
    await assertEventsArrive(broker, appliance);
  });

  test('takes no more for a while: nothing is lost, and no person is called', async (context) => {
    const { broker, appliance } = await start(
      context,
      { forbidden: (topic) => topic === 'blinky/event', forbiddenCode: 0x97 },
      five,
    );
    await appliance.send(opened('goran'));
    await waitFor('the fault', () => stateOf(appliance).state === 'fault');
    assert.match(
      stateOf(appliance).message,
      /accepts no more messages at the moment \(quota exceeded\)$/,
    );
    assert.equal(stateOf(appliance).needsPerson, false);
    broker.rules = {};
    await assertEventsArrive(broker, appliance);
    const users = broker.payloads('blinky/event').map((json) => JSON.parse(json).userId as string);
    assert.deepEqual([...new Set(users)], ['goran', 'anna']);
  });

  test('a version that is not spoken there is named, with the other', async (context) => {
    const four = await start(context, { versions: [4] }, five);
    await waitFor('the fault', () => stateOf(four.appliance).state === 'fault');
    assert.match(stateOf(four.appliance).message, /does not support MQTT 5$/);
    assert.match(stateOf(four.appliance).remedy ?? '', /mqttConfig\.protocolVersion to 4/);
    const newer = await start(context, { versions: [5] });
    await waitFor('the fault', () => stateOf(newer.appliance).state === 'fault');
    assert.match(stateOf(newer.appliance).message, /does not support MQTT 3\.1\.1$/);
    assert.match(stateOf(newer.appliance).remedy ?? '', /mqttConfig\.protocolVersion to 5/);
  });
});
