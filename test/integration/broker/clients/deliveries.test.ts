import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashPassword } from '../../../../src/access/password.ts';
import { openMqttSocket } from '../../../support/mqtt-socket.ts';
import { startTestApp } from '../../../support/test-app.ts';
import { waitFor } from '../../../support/wait-for.ts';

const anybodyPublishes = 'brokerConfig.access.anonymous=publish';
const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;';
const publish = { cmd: 'publish', retain: false, dup: false } as const;

describe('messages reach subscribers', () => {
  test('in order, at every QoS, in every version of MQTT', async (context) => {
    const { send, subscribe } = await startTestApp(context);
    const subscribers = await Promise.all(
      ([3, 4, 5] as const).flatMap((protocolVersion) =>
        ([0, 1, 2] as const).map(async (qos) => {
          const subscriber = await subscribe([], {
            protocolVersion,
            ...(protocolVersion === 3 && { protocolId: 'MQIsdp' as const }),
          });
          await subscriber.client.subscribeAsync('qliksense/userevent', { qos });
          return subscriber;
        }),
      ),
    );
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    for (const index of numbers) await send(`${open}${index}`);
    for (const { messages } of subscribers) {
      await waitFor('all events', () => messages.length === numbers.length);
      assert.deepEqual(
        messages.map(({ payload }) => Number(JSON.parse(payload).message)),
        numbers,
      );
    }
  });

  test('a client that leaves while retained messages wait for it crashes nothing', async (context) => {
    // More than the system's buffers hold.
    const { app, subscribe } = await startTestApp(context, [
      anybodyPublishes,
      'brokerConfig.limits.retainedBytes=100000000',
    ]);
    const sender = await openMqttSocket(context, app.ports.mqtt);
    const payload = Buffer.alloc(200_000, 'x');
    for (let index = 0; index < 100; index += 1) {
      const packet = { ...publish, topic: `r/${index}`, payload, retain: true } as const;
      sender.send({ ...packet, qos: 1, messageId: index + 1 });
      await sender.received('puback');
    }
    const isServed = async () => {
      const { client, messages } = await subscribe('r/1');
      await waitFor('a retained message', () => messages.length === 1);
      await client.endAsync();
    };
    for (const qos of [0, 1] as const) {
      const leaver = await openMqttSocket(context, app.ports.mqtt);
      leaver.socket.pause();
      leaver.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'r/#', qos }] });
      await waitFor('the first of them', () => leaver.socket.bytesRead > 10_000);
      await isServed();
      leaver.socket.destroy();
      await isServed();
    }
  });

  test('once for overlapping subscriptions, at the highest QoS of those that match', async (context) => {
    const { app } = await startTestApp(context, [anybodyPublishes]);
    const client = await openMqttSocket(context, app.ports.mqtt);
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [
        { topic: 'a/#', qos: 0 },
        { topic: 'a/+', qos: 1 },
        { topic: '+/b', qos: 0 },
        { topic: 'a/b', qos: 0 },
      ],
    });
    await client.received('suback');
    const sender = await openMqttSocket(context, app.ports.mqtt);
    for (const [topic, expected] of [
      ['a/b', 1],
      ['c/b', 0],
    ] as const) {
      sender.send({ ...publish, topic, payload: 'x', qos: 2, messageId: 1 });
      await sender.received('pubrec');
      sender.send({ cmd: 'pubrel', messageId: 1 });
      await sender.received('pubcomp');
      assert.equal((await client.received('publish')).qos, expected);
    }
    assert.equal(client.packets.filter(({ cmd }) => cmd === 'publish').length, 2);
  });

  test('no QoS 0 message displaces a QoS 1 message before it', async (context) => {
    const { app, subscribe } = await startTestApp(context, [anybodyPublishes]);
    const { client, messages } = await subscribe([]);
    await client.subscribeAsync('order/#', { qos: 1 });
    const sender = await openMqttSocket(context, app.ports.mqtt);
    for (let index = 1; index <= 50; index += 1) {
      sender.send({ ...publish, topic: 'order/one', payload: 'x', qos: 1, messageId: index });
      sender.send({ ...publish, topic: 'order/zero', payload: 'x', qos: 0 });
    }
    await waitFor('all messages', () => messages.length === 100);
  });

  test('a retained message has the QoS of the subscription', async (context) => {
    const { app, subscribe } = await startTestApp(context, [anybodyPublishes]);
    const { client } = await subscribe([]);
    await client.publishAsync('kept', 'x', { qos: 1, retain: true });
    const reader = await openMqttSocket(context, app.ports.mqtt);
    reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '+', qos: 0 }] });
    const message = await reader.received('publish');
    assert.deepEqual([message.qos, message.retain, message.topic], [0, true, 'kept']);
  });

  test('what a client may not publish is dropped, including a last will; the client stays', async (context) => {
    const { app, subscribe } = await startTestApp(context);
    const { messages } = await subscribe(['#', '$SYS/#']);
    const intruder = await openMqttSocket(context, app.ports.mqtt, {
      connect: {
        will: { topic: 'blinky/status', payload: Buffer.from('forged'), qos: 1, retain: true },
      },
    });
    intruder.send({ ...publish, topic: 'qliksense/userevent', payload: 'forged', qos: 0 });
    intruder.send({ ...publish, topic: '$SYS/x', payload: 'forged', qos: 1, messageId: 7 });
    assert.equal((await intruder.received('puback')).messageId, 7);
    intruder.send({ cmd: 'pingreq' });
    await intruder.received('pingresp');
    intruder.socket.destroy();
    await waitFor('its end', () => app.ports && intruder.isClosed());
    const late = await subscribe('blinky/status');
    assert.equal(await late.received('blinky/status'), 'online');
    assert.ok(messages.every(({ payload }) => payload !== 'forged'));
    assert.ok(messages.every(({ topic }) => !topic.startsWith('$SYS/aedes')));
  });

  test('names are hidden on every way, including stored sessions', async (context) => {
    const { send, subscribe } = await startTestApp(context, [
      'brokerConfig.access.personalData=signedIn',
      `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword('secret')}"}]`,
    ]);
    const session = { clientId: 'away', clean: false };
    const first = await subscribe([], session);
    await first.client.subscribeAsync('qliksense/#', { qos: 1 });
    await first.client.endAsync();
    const live = await subscribe([]);
    await live.client.subscribeAsync({ 'qliksense/userevent': { qos: 1 }, 'blinky/#': { qos: 0 } });
    await send(`${open}a message`);
    await live.received('qliksense/userevent');
    await live.received('blinky/event');
    const back = await subscribe([], session);
    await back.received('qliksense/userevent');
    for (const { payload } of [...live.messages, ...back.messages]) {
      assert.doesNotMatch(payload, /goran|LAB/);
    }
  });

  test('an MQTT 5 session that ends with this connection still delivers what waited', async (context) => {
    const { send, subscribe } = await startTestApp(context);
    const first = await subscribe([], {
      clientId: 'resumes',
      protocolVersion: 5,
      clean: true,
      properties: { sessionExpiryInterval: 1000 },
    });
    await first.client.subscribeAsync('qliksense/userevent', { qos: 1 });
    await first.client.endAsync();
    await send(`${open}waits`);
    const back = await subscribe([], { clientId: 'resumes', protocolVersion: 5, clean: false });
    assert.match(await back.received('qliksense/userevent'), /waits/);
  });
});
