import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import mqtt from 'mqtt';
import { hashPassword } from '../../src/access/password.ts';
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
});
