// Home Assistant with the appliance as its only broker: it subscribes to thousands of topics.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { hashPassword } from '../../src/access/password.ts';
import {
  discoveryFilters,
  entityTopics,
  type HomeAssistantOptions,
  subscribeLikeHomeAssistant,
} from '../support/home-assistant-client.ts';
import { openMqttSocket } from '../support/mqtt-socket.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const opened = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';
const anna = { name: 'anna', password: 'secret' };
const users = async () =>
  `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword('secret')}"}]`;
const many = entityTopics(2000);
const refusedAmong = (granted: readonly (readonly [string, number])[]) =>
  granted.filter(([, code]) => !(code < 0x80));

describe('Home Assistant with the appliance as its broker', () => {
  test('2,000 topics: all granted, in MQTT 3.1.1 and 5, signed in or not, at once after a reconnect', async (context) => {
    const started = await startTestApp(context, [await users()]);
    for (const protocolVersion of [4, 5] as const) {
      for (const user of [undefined, anna]) {
        for (const round of ['first', 'again, while the old connection is there']) {
          const what = `MQTT version ${protocolVersion}, ${user?.name ?? 'anonymous'}, ${round}`;
          const clientId = `ha-${protocolVersion}-${user?.name}`;
          const options = { protocolVersion, topics: many, clientId, ...(user && { user }) };
          const startedAt = performance.now();
          const { client, granted } = await subscribeLikeHomeAssistant(context, started, options);
          context.diagnostic(`${what}: ${Math.round(performance.now() - startedAt)} ms`);
          assert.equal(granted.length, discoveryFilters.length + many.length, what);
          assert.deepEqual(refusedAmong(granted), [], what);
          const config = client.packets.find(
            (packet) =>
              packet.cmd === 'publish' && packet.topic.startsWith('homeassistant/device/'),
          );
          assert.ok(config, `${what}: the device is found`);
          if (round !== 'first') client.socket.destroy();
        }
      }
    }
    assert.deepEqual(
      started.lines.filter((line) => /subscription/.test(line)),
      [],
    );
  });

  test('a flat with two Tasmota lamps: its discovery, our device and the lamps, also all in one packet', async (context) => {
    const started = await startTestApp(context);
    const ofOurDevice = [
      ...['blinky/status', 'blinky/light/green', 'blinky/light/red', 'blinky/receiving'],
      ...['blinky/event', 'qliksense/users/active/count', 'qliksense/users/active/usernames'],
    ];
    const ofLamp = (lamp: string) => [
      ...['LWT', 'STATE', 'SENSOR', 'INFO1', 'INFO2', 'INFO3'].map((one) => `tele/${lamp}/${one}`),
      ...['RESULT', 'POWER', 'STATUS10'].map((one) => `stat/${lamp}/${one}`),
    ];
    const lamps = ['hall', 'stairs'].flatMap(ofLamp);
    assert.equal(ofOurDevice.length + lamps.length, 7 + 2 * 9);
    for (const protocolVersion of [4, 5] as const) {
      for (const topics of [
        [...ofOurDevice, ...lamps],
        // Those of other integrations, too, as it sends them after a reconnect.
        [...ofOurDevice, ...lamps, ...entityTopics(106)],
      ]) {
        const options = { protocolVersion, topics };
        const { client, granted } = await subscribeLikeHomeAssistant(context, started, options);
        assert.equal(granted.length, discoveryFilters.length + topics.length);
        assert.deepEqual(refusedAmong(granted), []);
        const hears = (topic: string) =>
          client.packets.some((packet) => packet.cmd === 'publish' && packet.topic === topic);
        await waitFor('what is retained', () => ofOurDevice.slice(0, 4).every(hears));
        assert.ok(!client.isClosed());
      }
    }
  });

  test('a house that retains more than there is room for: one line, with the setting', async (context) => {
    const { app, lines } = await startTestApp(context, [
      'brokerConfig.access.anonymous=publish',
      'brokerConfig.limits.retainedMessages=100',
    ]);
    const house = await openMqttSocket(context, app.ports.mqtt, {
      connect: { clientId: 'zigbee2mqtt' },
    });
    const retain = (topic: string) =>
      house.send({ cmd: 'publish', topic, payload: 'ON', qos: 0, retain: true, dup: false });
    for (let index = 0; index < 120; index += 1) retain(`zigbee2mqtt/device ${index}`);
    // Known devices report again between those that find no room.
    for (let index = 0; index < 5; index += 1) {
      retain('zigbee2mqtt/device 1');
      retain(`zigbee2mqtt/new device ${index}`);
    }
    house.send({ cmd: 'pingreq' });
    await house.received('pingresp');
    const said = lines.filter((line) => line.includes('the limit of retained messages is reached'));
    assert.equal(said.length, 1, said.join('\n'));
    assert.match(said[0] ?? '', /Fix: raise Butler\.brokerConfig\.limits\.retainedMessages/);
  });

  test('past the limit only what is too much is refused, one by one, and the log says so once', async (context) => {
    const started = await startTestApp(context, ['brokerConfig.limits.subscriptionsPerClient=150']);
    const topics = entityTopics(600);
    for (const protocolVersion of [4, 5] as const) {
      for (let round = 0; round < 2; round += 1) {
        const options: HomeAssistantOptions = { protocolVersion, topics };
        const { client, granted } = await subscribeLikeHomeAssistant(context, started, options);
        const refusal = protocolVersion === 5 ? 0x97 : 0x80;
        assert.deepEqual(
          granted.map(([, code]) => code),
          granted.map((_, index) => (index < 150 ? 0 : refusal)),
        );
        client.send({ cmd: 'pingreq' });
        await client.received('pingresp');
        assert.ok(!client.isClosed());
      }
    }
    const told = started.lines.filter((line) => line.includes('subscription refused'));
    assert.equal(told.length, 1);
    assert.match(
      told[0] ?? '',
      /^warn .*client homeassistant at 127\.0\.0\.1: subscription refused: it already has 150\. Fix: raise Butler\.brokerConfig\.limits\.subscriptionsPerClient$/,
    );
  });

  test('what all have together runs out: the client stays, and the log names that setting', async (context) => {
    const started = await startTestApp(context, ['brokerConfig.limits.subscriptionsOfAll=300']);
    const { client, granted } = await subscribeLikeHomeAssistant(context, started, {
      protocolVersion: 5,
      topics: entityTopics(400),
    });
    assert.equal(refusedAmong(granted).length, granted.length - 300);
    assert.ok(refusedAmong(granted).every(([, code]) => code === 0x97));
    assert.ok(!client.isClosed());
    const told = started.lines.filter((line) => line.includes('subscription refused'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /client homeassistant .*brokerConfig\.limits\.subscriptionsOfAll$/);
  });

  test('a packet with thousands of filters is taken, and the light waits for none of them', async (context) => {
    const started = await startTestApp(context, ['brokerConfig.limits.messagesPerSecond=1000000']);
    await started.lampTestOver();
    const { granted } = await subscribeLikeHomeAssistant(context, started, {
      protocolVersion: 5,
      topics: entityTopics(100),
    });
    assert.deepEqual(refusedAmong(granted), []);
    const { client } = await subscribeLikeHomeAssistant(context, started, {
      protocolVersion: 4,
      topics: [],
      clientId: 'many in one',
    });
    const topics = Array.from({ length: 10_000 }, (_, index) => `${index.toString(36)}-`);
    client.send({
      cmd: 'subscribe',
      messageId: 200,
      subscriptions: topics.map((topic) => ({ topic, qos: 0 })),
    });
    await started.send(opened);
    await waitFor('the blink', () => started.blinks('green') === 1);
    assert.ok(
      !client.packets.some((packet) => packet.cmd === 'suback' && packet.messageId === 200),
      'the light comes before the answer',
    );
    const answer = await client.received('suback');
    assert.equal(answer.granted.length, 10_000);
    assert.equal(
      answer.granted.filter((code) => code === 0).length,
      5000 - discoveryFilters.length,
    );
  });

  test('a session with 2,000 topics goes on, and is not written whenever its client comes or goes', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const started = await startTestApp(context, [await users()], { stateDirectory });
    for (const protocolVersion of [4, 5] as const) {
      const options = {
        protocolVersion,
        topics: many,
        hasSession: true,
        clientId: `kept-${protocolVersion}`,
        user: anna,
      };
      const first = await subscribeLikeHomeAssistant(context, started, options);
      assert.deepEqual(refusedAmong(first.granted), []);
      first.client.socket.destroy();
      const written = writesOf(stateDirectory, options.clientId);
      assert.ok(written > 0);
      const again = await subscribeLikeHomeAssistant(context, started, options);
      const [connack] = again.client.packets;
      assert.equal(connack?.cmd === 'connack' && connack.sessionPresent, true);
      assert.deepEqual(refusedAmong(again.granted), []);
      again.client.socket.destroy();
      assert.equal(writesOf(stateDirectory, options.clientId), written);
    }
    await started.stop();

    const restarted = await startTestApp(context, [await users()], { stateDirectory });
    // On a busy machine the first program may still have the database, and then it is tried again.
    await waitFor('the state', () => restarted.app.health.statuses().get('state')?.state === 'ok');
    const client = await openMqttSocket(context, restarted.app.ports.mqtt, {
      connect: {
        clientId: 'kept-4',
        clean: false,
        username: anna.name,
        password: Buffer.from(anna.password),
      },
    });
    const [connack] = client.packets;
    assert.equal(connack?.cmd === 'connack' && connack.sessionPresent, true);
    const sender = await restarted.subscribe([], { username: 'anna', password: 'secret' });
    await sender.client.publishAsync(many.at(-1) ?? '', 'hello', { qos: 1 });
    const received = () => client.packets.filter((packet) => packet.cmd === 'publish');
    // The device is announced a second time, whenever that is.
    const hello = await waitFor('what was published', () =>
      received().find(({ topic }) => topic === many.at(-1)),
    );
    assert.equal(hello.payload.toString(), 'hello');
  });
});

/** How often LevelDB's log has a client's session. */
function writesOf(stateDirectory: string, clientId: string): number {
  const folder = join(stateDirectory, 'db');
  const bytes = readdirSync(folder)
    .filter((file) => /\.(log|ldb)$/.test(file))
    .map((file) => readFileSync(join(folder, file), 'latin1'))
    .join('');
  return bytes.split(`!broker!session/${clientId}`).length - 1;
}
