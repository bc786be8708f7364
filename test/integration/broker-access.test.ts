import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import mqtt from 'mqtt';
import { hashPassword } from '../../src/access/password.ts';
import { openMqttSocket } from '../support/mqtt-socket.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const start = '/proxy-session/;sense1;Start session;LAB;goran;AppAccess;/hub/;for user LAB\\goran';
const password = 'correct horse';

describe('the broker knows who is who', () => {
  test('names are kept from those who have not signed in, retained messages included', async (context) => {
    const { send, subscribe } = await startTestApp(context, [
      'brokerConfig.access.personalData=signedIn',
      `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword(password)}"}]`,
    ]);
    const anybody = await subscribe('#');
    const anna = await subscribe('#', { username: 'anna', password });
    await send(start);
    assert.equal(await anna.received('qliksense/session/start'), 'sense1: LAB/goran');
    assert.equal(await anybody.received('qliksense/session/start'), 'sense1: /');
    await waitFor('the active users', () =>
      anna.messages.some(
        ({ topic, payload }) => topic.endsWith('usernames') && payload === '["goran"]',
      ),
    );
    const late = await subscribe('#');
    await late.received('qliksense/users/active/usernames');
    await anybody.received('blinky/event');
    for (const { messages } of [anybody, late]) {
      assert.ok(messages.every(({ payload }) => !/goran|LAB/.test(payload)));
    }
  });

  test('a wrong password is refused, in MQTT 3.1.1 and 5', async (context) => {
    const { app } = await startTestApp(context, [
      `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword(password)}"}]`,
    ]);
    for (const protocolVersion of [4, 5] as const) {
      for (const [username, given] of [
        ['anna', 'wrong'],
        ['nobody', password],
      ]) {
        const client = mqtt.connect(`mqtt://127.0.0.1:${app.ports.mqtt}`, {
          protocolVersion,
          reconnectPeriod: 0,
          ...(username && given && { username, password: given }),
        });
        context.after(() => client.endAsync(true));
        let refusal = '';
        client.on('error', (error) => {
          refusal = error.message;
        });
        await waitFor('the refusal', () => refusal !== '');
        assert.match(refusal, /Bad|[Nn]ot authorized|refused/);
      }
    }
  });

  test('who signed in may ask for a blink, and may not speak for the appliance', async (context) => {
    const { subscribe, blinks, send } = await startTestApp(context, [
      `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword(password)}"}]`,
    ]);
    const { client, received } = await subscribe('qliksense/session/start', {
      username: 'anna',
      password,
    });
    await client.publishAsync('qliksense/session/start', 'forged', { qos: 1 });
    await client.publishAsync('blinky/blink', 'green');
    await waitFor('the blink', () => blinks('green') === 1);
    await send(start);
    assert.equal(await received('qliksense/session/start'), 'sense1: LAB/goran');
    assert.ok(client.connected);
  });

  test('no user without a publish list passes for the appliance, on any topic or by a last will', async (context) => {
    const users = `[
      {name: anna, passwordHash: "${await hashPassword(password)}"},
      {name: site, passwordHash: "${await hashPassword(password)}", publish: ['homeassistant/#']}
    ]`;
    const { app, subscribe, lines } = await startTestApp(context, [
      `brokerConfig.access.users=${users.replaceAll('\n', ' ')}`,
      'mqttConfig.connectionOpenTopic=lamps/open',
      'mqttConfig.activeUsersTopic=lamps/users',
    ]);
    const { messages } = await subscribe('#');
    const device = await waitFor('the device', () =>
      messages.find(({ topic }) => topic.startsWith('homeassistant/device/')),
    );
    const topics = [
      ...[device.topic, 'homeassistant/sensor/forged/config', 'homeassistant'],
      ...['lamps/open', 'lamps/users', 'qliksense/x', 'blinky/light/green'],
    ];
    const sign = { username: 'anna', password: Buffer.from(password) };
    for (const protocolVersion of [4, 5] as const) {
      const open = (topic: string) =>
        openMqttSocket(context, app.ports.mqtt, {
          protocolVersion,
          connect: {
            ...sign,
            will: { topic, payload: Buffer.from('forged'), qos: 1, retain: true },
          },
        });
      for (const topic of topics) {
        const anna = await open(topic);
        for (const payload of ['forged', '']) {
          anna.send({
            cmd: 'publish',
            ...{ topic, payload, qos: 1, messageId: 1, retain: true, dup: false },
          });
          await anna.received('puback');
        }
        anna.socket.destroy();
      }
    }
    const allowed = await subscribe([], { username: 'site', password });
    await allowed.client.publishAsync('homeassistant/sensor/site/config', 'hers', { qos: 1 });
    const homeAssistant = await subscribe([], { username: 'anna', password });
    await homeAssistant.client.publishAsync('homeassistant/status', 'online', { qos: 1 });
    await waitFor('what was allowed', () =>
      ['homeassistant/sensor/site/config', 'homeassistant/status'].every((wanted) =>
        messages.some(({ topic }) => topic === wanted),
      ),
    );
    const late = await subscribe('#');
    assert.equal(await late.received(device.topic), device.payload);
    for (const { topic, payload } of [...messages, ...late.messages]) {
      assert.notEqual(payload, 'forged', topic);
      assert.notEqual(payload, '', topic);
    }
    assert.ok(lines.every((line) => !line.includes('socket-')));
  });
});
