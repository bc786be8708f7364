import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { IPublishPacket } from 'mqtt-packet';
import { hashPassword } from '../../src/access/password.ts';
import { type MqttSocket, openMqttSocket } from '../support/mqtt-socket.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const password = 'correct horse';
const opened =
  "/proxy-connection/;sense1;Open connection;ZENTRALE;goran;AppAccess;/app/a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69;for user ZENTRALE\\goran UserAgent: 'x'";
const started =
  '/proxy-session/;sense1;Start session;ZENTRALE;goran;AppAccess;/hub/;for ZENTRALE\\goran';
const names = /goran|zentrale/i;

const quick = {
  upstreamLimits: { capacity: 1000, memoryCapacity: 100, firstRetryMs: 20, longestRetryMs: 200 },
};
const keepsNames = async (rights = ''): Promise<string[]> => [
  'brokerConfig.access.personalData=signedIn',
  `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword(password)}"${rights}}]`,
];
const satelliteOf = ({ app }: TestApp): string[] => [
  'satelliteConfig.brokerHost=127.0.0.1',
  `satelliteConfig.brokerPort=${app.ports.mqtt}`,
  'udpServerConfig.enable=false',
];
const upstreamTo = ({ app }: TestApp): string[] => [
  'mqttConfig.brokerHost=127.0.0.1',
  `mqttConfig.brokerPort=${app.ports.mqtt}`,
  'mqttConfig.brokerUser=anna',
  `mqttConfig.brokerPassword=${password}`,
];

const listens = ({ app }: TestApp, part: 'satellite' | 'upstream') =>
  waitFor(`the ${part}`, () => app.health.part(part).status.state === 'ok');

const connect = (clientId: string, protocolVersion: 3 | 4 | 5) => ({
  protocolVersion,
  connect: {
    clientId,
    clean: false,
    ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: 1000 } }),
  },
});

const messagesOf = ({ packets }: MqttSocket): IPublishPacket[] =>
  packets.filter((packet) => packet.cmd === 'publish');

const assertNameless = (messages: readonly { topic: string; payload: string | Buffer }[]) => {
  for (const { topic, payload } of messages) {
    assert.doesNotMatch(payload.toString(), names, topic);
    assert.doesNotMatch(topic, names);
  }
};

const answersOf = async ({ get }: TestApp): Promise<string[]> => {
  const paths = ['events', 'status', 'setup', 'history'].map((name) => `/api/${name}`);
  return Promise.all(
    [...paths, '/metrics', '/healthz', '/'].map(async (path) => (await get(path)).text()),
  );
};

/** Anonymous clients of every kind, on filters of every kind. */
async function listenEverywhere(context: TestContext, { app }: TestApp): Promise<MqttSocket[]> {
  const filters = ['#', '+/#', 'qliksense/+/+', 'blinky/event', 'qliksense/userevent', '+/event'];
  const clients: MqttSocket[] = [];
  for (const protocolVersion of [3, 4, 5] as const) {
    for (const qos of [0, 1, 2] as const) {
      const client = await openMqttSocket(context, app.ports.mqtt, { protocolVersion });
      const subscriptions = filters.map((topic) => ({ topic, qos, rap: true, nl: false, rh: 0 }));
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
      await client.received('suback');
      clients.push(client);
    }
  }
  return clients;
}

describe('with personalData: signedIn, a client that has not signed in gets no names', () => {
  for (const [name, settings] of [
    ['as text', []],
    [
      'as JSON, on topics with other names',
      [
        'mqttConfig.payload=json',
        'mqttConfig.connectionOpenTopic=qliksense/door/open',
        'mqttConfig.everythingTopic=lamps/all',
        'mqttConfig.activeUsersTopic=lamps/users',
      ],
    ],
  ] as const) {
    test(`of a satellite's broker or its page, ${name}`, async (context) => {
      const source = await startTestApp(context, settings);
      const satellite = await startTestApp(
        context,
        [...settings, ...satelliteOf(source), ...(await keepsNames())],
        quick,
      );
      await listens(satellite, 'satellite');
      const anna = await satellite.subscribe(['#'], { username: 'anna', password });
      const live = await listenEverywhere(context, satellite);
      await source.send(started);
      await source.send(opened);
      const usersTopic = settings.length > 0 ? 'lamps/users' : 'qliksense/users/active/usernames';
      await waitFor('the names, for who signed in', () =>
        anna.messages.some(({ topic, payload }) => topic === usersTopic && /goran/.test(payload)),
      );
      assert.match(await anna.received('blinky/event'), /goran/);
      for (const client of live) {
        await waitFor('both events', () => {
          const events = messagesOf(client).filter(({ topic }) => topic === 'blinky/event');
          return events.some(({ payload }) => payload.includes('connection-open'));
        });
      }
      const late = await listenEverywhere(context, satellite);
      for (const client of late) {
        await waitFor('what is retained', () =>
          messagesOf(client).some(({ topic }) => topic === usersTopic),
        );
      }
      for (const client of [...live, ...late]) assertNameless(messagesOf(client));
      for (const answer of await answersOf(satellite)) assert.doesNotMatch(answer, names);
      const signedIn = await fetch(`http://127.0.0.1:${satellite.app.ports.web}/api/events`, {
        headers: { authorization: `Basic ${Buffer.from(`anna:${password}`).toString('base64')}` },
      });
      assert.match(await signedIn.text(), /goran/);
    });
  }

  test("Home Assistant's entities included, and no shared subscription opens a way round", async (context) => {
    const source = await startTestApp(context);
    const satellite = await startTestApp(
      context,
      [...satelliteOf(source), ...(await keepsNames())],
      quick,
    );
    await listens(satellite, 'satellite');
    const discovery = await satellite.subscribe('homeassistant/#');
    const config = await waitFor('the device', () => discovery.messages[0]?.payload);
    const topics = Object.values(
      (JSON.parse(config) as { components: Record<string, Record<string, unknown>> }).components,
    ).flatMap(({ state_topic, json_attributes_topic }) =>
      [state_topic, json_attributes_topic].filter((topic) => typeof topic === 'string'),
    );
    const homeAssistant = await satellite.subscribe(topics);
    for (const protocolVersion of [4, 5] as const) {
      const sharing = await openMqttSocket(context, satellite.app.ports.mqtt, { protocolVersion });
      sharing.send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: '$share/group/#', qos: 1 }],
      });
      const { granted } = await sharing.received('suback');
      assert.ok(Number(granted[0]) >= 0x80);
    }
    await source.send(started);
    await source.send(opened);
    await homeAssistant.received('blinky/event');
    await waitFor('the active users', () =>
      homeAssistant.messages.some(
        ({ topic, payload }) => topic.endsWith('count') && payload === '1',
      ),
    );
    assertNameless([...homeAssistant.messages, ...discovery.messages]);
  });

  for (const restart of [false, true]) {
    test(`out of a queue, at QoS 1 and 2${restart ? ', over a restart' : ''}`, async (context) => {
      const source = await startTestApp(context);
      const settings = [...satelliteOf(source), ...(await keepsNames())];
      const options = { ...quick, stateDirectory: temporaryFolder(context) };
      let satellite = await startTestApp(context, settings, options);
      await listens(satellite, 'satellite');
      const kinds = ([3, 4, 5] as const).flatMap((version) =>
        ([1, 2] as const).map((qos) => ({ version, qos, id: `away-${version}-${qos}` })),
      );
      for (const { version, qos, id } of kinds) {
        const client = await openMqttSocket(
          context,
          satellite.app.ports.mqtt,
          connect(id, version),
        );
        client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos }] });
        await client.received('suback');
        client.socket.destroy();
        await waitFor('its end', client.isClosed);
      }
      const anna = await satellite.subscribe(['#'], { username: 'anna', password });
      await source.send(opened);
      assert.match(await anna.received('qliksense/connection/open'), /goran/);
      if (restart) {
        await satellite.stop();
        satellite = await startTestApp(context, settings, options);
      }
      for (const { version, id } of kinds) {
        // Once as it was queued, once as it is sent again.
        for (const isAgain of [false, true]) {
          const back = await openMqttSocket(
            context,
            satellite.app.ports.mqtt,
            connect(id, version),
          );
          await waitFor('the event in its three forms', () => messagesOf(back).length >= 3);
          const forms = messagesOf(back).filter(({ qos }) => qos > 0);
          assert.equal(forms.length, 3);
          assert.ok(forms.every(({ dup }) => dup === isAgain));
          assertNameless(forms);
          back.socket.destroy();
          await waitFor('its end', back.isClosed);
        }
      }
    });
  }

  test('of what an appliance whose names were blanked passes on', async (context) => {
    const source = await startTestApp(context, await keepsNames());
    const upstream = await startTestApp(context, await keepsNames(', publish: ["#"]'));
    const satellite = await startTestApp(
      context,
      [...satelliteOf(source), ...upstreamTo(upstream)],
      quick,
    );
    await listens(satellite, 'satellite');
    await listens(satellite, 'upstream');
    const here = await satellite.subscribe('#');
    const there = await upstream.subscribe('#', { username: 'anna', password });
    await source.send(started);
    await source.send(opened);
    for (const subscriber of [here, there]) {
      await subscriber.received('qliksense/connection/open');
      await subscriber.received('qliksense/session/start');
      assertNameless(subscriber.messages);
    }
    for (const answer of await answersOf(satellite)) assert.doesNotMatch(answer, names);
  });

  test("of what other appliances publish on this one's broker, below a prefix of theirs", async (context) => {
    const hub = await startTestApp(context, [
      ...(await keepsNames(', publish: ["#"]')),
      'mqttConfig.sessionStartTopic=renamed/start',
      'mqttConfig.activeUsersTopic=renamed/users',
    ]);
    const anna = await hub.subscribe('#', { username: 'anna', password });
    const anybody = await hub.subscribe('#');
    for (const prefix of ['', 'site1']) {
      const site = await startTestApp(
        context,
        [...upstreamTo(hub), `mqttConfig.brokerTopicPrefix=${prefix}`],
        quick,
      );
      await listens(site, 'upstream');
      await site.send(started);
      await site.send(opened);
      const there = (topic: string) => (prefix === '' ? topic : `${prefix}/${topic}`);
      const usersTopic = there('qliksense/users/active/usernames');
      await waitFor('the active users', () =>
        anna.messages.some(({ topic, payload }) => topic === usersTopic && names.test(payload)),
      );
      await anybody.received(there('qliksense/connection/open'));
      await anybody.received(there('qliksense/session/start'));
      await site.stop();
    }
    assert.ok(
      anna.messages.some(({ topic, payload }) => /^site1/.test(topic) && names.test(payload)),
    );
    const late = await hub.subscribe('#');
    await late.received('site1/qliksense/users/active/usernames');
    assertNameless([...anybody.messages, ...late.messages]);
  });
});
