// A session belongs to the client that created it: nobody else reads, clears, acknowledges or ends
// it.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type mqttPacket from 'mqtt-packet';
import { hashPassword } from '../../../src/access/password.ts';
import { type MqttSocket, openMqttSocket } from '../../support/mqtt-socket.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startTestApp, type TestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

const open =
  '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/app/x;for user LAB\\goran';
const password = 'correct horse';
const hash = await hashPassword(password);
const users = [
  `brokerConfig.access.users=[{name: anna, passwordHash: "${hash}"}, {name: bert, passwordHash: "${hash}", subscribe: ["lamps/#"]}]`,
  'brokerConfig.access.personalData=signedIn',
];

type Version = 4 | 5;
type Who = 'anna' | 'bert' | 'nobody';

async function join(
  context: TestContext,
  { app }: Pick<TestApp, 'app'>,
  who: Who,
  {
    version = 4,
    clean = false,
    clientId = 'lamp',
  }: { version?: Version; clean?: boolean; clientId?: string } = {},
): Promise<MqttSocket & { readonly connack: mqttPacket.IConnackPacket }> {
  const socket = await openMqttSocket(context, app.ports.mqtt, {
    protocolVersion: version,
    connect: {
      clientId,
      clean,
      ...(version === 5 && { properties: { sessionExpiryInterval: 3600 } }),
      ...(who !== 'nobody' && { username: who, password: Buffer.from(password) }),
    },
  });
  const [connack] = socket.packets;
  assert.equal(connack?.cmd, 'connack');
  return { ...socket, connack: connack as mqttPacket.IConnackPacket };
}

const isRefused = ({ connack }: { connack: mqttPacket.IConnackPacket }) =>
  connack.returnCode === 2 || connack.reasonCode === 0x85;

async function subscribe(client: MqttSocket, topic: string): Promise<void> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] });
  await client.received('suback');
}

async function leave(client: MqttSocket): Promise<void> {
  client.socket.destroy();
  await client.closed();
}

async function annaIsAway(context: TestContext, app: TestApp, version: Version): Promise<void> {
  const anna = await join(context, app, 'anna', { version });
  await subscribe(anna, 'qliksense/connection/open');
  await leave(anna);
  await app.send(open);
  await waitFor('the event', () => app.blinks('green') > 0);
}

/** Anna is back, receives everything that waited, and acknowledges it. */
async function annaHasHerEvents(context: TestContext, app: TestApp, version: Version) {
  const anna = await join(context, app, 'anna', { version });
  assert.equal(anna.connack.sessionPresent, true);
  const { payload, messageId = 0 } = await anna.received('publish');
  assert.equal(payload.toString(), 'sense1: LAB/goran');
  anna.send({ cmd: 'puback', messageId });
  return anna;
}

describe('a session belongs to the client that created it', () => {
  for (const version of [4, 5] as const) {
    for (const thief of ['nobody', 'bert'] as const) {
      for (const clean of [false, true]) {
        test(`MQTT ${version}: ${thief} with clean ${clean} neither gets, clears nor acknowledges what waits for anna`, async (context) => {
          const app = await startTestApp(context, users);
          await annaIsAway(context, app, version);
          const stranger = await join(context, app, thief, { version, clean });
          assert.ok(isRefused(stranger), JSON.stringify(stranger.connack));
          await stranger.closed();
          assert.equal(stranger.packets.length, 1, 'not one message');
          await annaHasHerEvents(context, app, version);
        });
      }
    }
  }

  test('nobody disconnects a client that has signed in, and the attempt is logged once', async (context) => {
    const app = await startTestApp(context, users);
    const anna = await join(context, app, 'anna');
    for (let turn = 0; turn < 5; turn += 1) {
      const stranger = await join(context, app, 'nobody', { clean: true });
      assert.ok(isRefused(stranger));
    }
    anna.send({ cmd: 'pingreq' });
    await anna.received('pingresp');
    const lines = app.lines.filter((line) => line.includes('belongs to user anna'));
    assert.equal(lines.length, 1);
    assert.match(await (await app.get('/metrics')).text(), /reason="client id in use"\} 5/);
  });

  test('of two simultaneous clients, one has the id', async (context) => {
    const app = await startTestApp(context, users);
    const both = await Promise.all([
      join(context, app, 'anna', { clean: true }),
      join(context, app, 'bert', { clean: true }),
    ]);
    assert.equal(both.filter(isRefused).length, 1);
  });

  test('a user gets an id that an anonymous client has taken, with nothing of that client', async (context) => {
    const app = await startTestApp(context, users);
    const squatter = await join(context, app, 'nobody');
    await subscribe(squatter, 'qliksense/#');
    const anna = await join(context, app, 'anna');
    assert.equal(anna.connack.returnCode, 0);
    assert.equal(anna.connack.sessionPresent, false);
    await squatter.closed();
    const again = await join(context, app, 'nobody');
    assert.ok(isRefused(again));
  });

  test("an anonymous client can't release a message that a user has half sent", async (context) => {
    const app = await startTestApp(context, users);
    const anna = await join(context, app, 'anna');
    const message = { cmd: 'publish', topic: 'lamps/a', retain: false, dup: false } as const;
    anna.send({ ...message, qos: 2, payload: 'one', messageId: 7 });
    await anna.received('pubrec');
    await leave(anna);
    const stranger = await join(context, app, 'nobody');
    assert.ok(isRefused(stranger));
    const listener = await app.subscribe('lamps/#', { username: 'bert', password });
    const back = await join(context, app, 'anna');
    back.send({ ...message, qos: 2, payload: 'one', messageId: 7, dup: true });
    await back.received('pubrec');
    back.send({ cmd: 'pubrel', messageId: 7 });
    await back.received('pubcomp');
    assert.deepEqual(listener.messages, [], 'it was sent already');
  });

  test('it keeps its owner across a restart', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const first = await startTestApp(context, users, { stateDirectory });
    await annaIsAway(context, first, 4);
    await first.stop();
    const second = await startTestApp(context, users, { stateDirectory });
    const stranger = await join(context, second, 'nobody');
    assert.ok(isRefused(stranger));
    await annaHasHerEvents(context, second, 4);
  });

  test('a client that is no longer allowed to read a topic gets no more of it from a session', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const first = await startTestApp(context, users, { stateDirectory });
    await annaIsAway(context, first, 4);
    await first.stop();
    const changed = [
      `brokerConfig.access.users=[{name: anna, passwordHash: "${hash}", subscribe: ["lamps/#"]}]`,
    ];
    const second = await startTestApp(context, changed, { stateDirectory });
    const anna = await join(context, second, 'anna');
    await second.send(open);
    anna.send({ cmd: 'pingreq' });
    await anna.received('pingresp');
    assert.ok(anna.packets.every(({ cmd }) => cmd !== 'publish'));
  });

  test('anonymous clients share what is nobody’s: a lamp goes on with its session', async (context) => {
    const app = await startTestApp(context, users);
    const lamp = await join(context, app, 'nobody');
    await subscribe(lamp, 'qliksense/connection/open');
    await leave(lamp);
    await app.send(open);
    const back = await join(context, app, 'nobody');
    assert.equal(back.connack.sessionPresent, true);
    assert.equal((await back.received('publish')).payload.toString(), 'sense1: /');
  });
});
