import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openMqttSocket } from '../../support/mqtt-socket.ts';
import { startTestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

const publish = { cmd: 'publish', qos: 0, retain: false, dup: false } as const;
const anybodyPublishes = 'brokerConfig.access.anonymous=publish';

describe('the limits of the broker', () => {
  test('clients: one too many is refused; one that reconnects has its place', async (context) => {
    const { app } = await startTestApp(context, ['brokerConfig.limits.clients=2']);
    const first = await openMqttSocket(context, app.ports.mqtt, { connect: { clientId: 'one' } });
    await openMqttSocket(context, app.ports.mqtt);
    const third = await openMqttSocket(context, app.ports.mqtt);
    assert.equal(third.packets[0]?.cmd === 'connack' && third.packets[0].returnCode, 3);
    await third.closed();
    const again = await openMqttSocket(context, app.ports.mqtt, { connect: { clientId: 'one' } });
    assert.equal(again.packets[0]?.cmd === 'connack' && again.packets[0].returnCode, 0);
    await first.closed();
  });

  test('packet size: an oversized packet is refused at its header, and an MQTT 5 client gets the reason', async (context) => {
    const { app } = await startTestApp(context, ['brokerConfig.limits.packetBytes=1024']);
    for (const protocolVersion of [4, 5] as const) {
      const client = await openMqttSocket(context, app.ports.mqtt, { protocolVersion });
      client.send(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x20]));
      await client.closed();
      const last = client.packets.at(-1);
      if (protocolVersion === 5) assert.equal(last?.cmd === 'disconnect' && last.reasonCode, 0x95);
      else assert.equal(client.packets.length, 1);
    }
  });

  test('time to CONNECT: a silent connection is closed, as is one that stops in the middle', async (context) => {
    const { app } = await startTestApp(context, ['brokerConfig.limits.connectSeconds=1']);
    const silent = await openMqttSocket(context, app.ports.mqtt, { silent: true });
    const halfway = await openMqttSocket(context, app.ports.mqtt, { silent: true });
    halfway.send(Buffer.from([0x10, 20, 0, 4]));
    await Promise.all([silent.closed(), halfway.closed()]);
  });

  test('connections from one address: beyond the burst they are closed at once', async (context) => {
    const { app, get } = await startTestApp(context, [
      'brokerConfig.limits.connectionsPerSecond=1',
    ]);
    const clients = [];
    for (let index = 0; index < 5; index += 1) {
      clients.push(await openMqttSocket(context, app.ports.mqtt));
    }
    const oneMore = await openMqttSocket(context, app.ports.mqtt, { silent: true });
    await oneMore.closed();
    assert.ok(clients.every((client) => !client.isClosed()));
    const metrics = await (await get('/metrics')).text();
    assert.match(metrics, /blinky_mqtt_refused_total\{reason="too many connections"\} 1/);
  });

  test('subscriptions: those beyond the limit are refused, the others are granted', async (context) => {
    const { app } = await startTestApp(context, ['brokerConfig.limits.subscriptionsPerClient=2']);
    const client = await openMqttSocket(context, app.ports.mqtt);
    for (const [messageId, topic, granted] of [
      [1, 'a', 0],
      [2, 'b', 0],
      [3, 'c', 128],
      [4, 'b', 0],
    ] as const) {
      client.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic, qos: 0 }] });
      assert.deepEqual((await client.received('suback')).granted, [granted]);
    }
  });

  test("subscriptions: a client with a session can't have more, not even in one packet", async (context) => {
    const { app } = await startTestApp(context, ['brokerConfig.limits.subscriptionsPerClient=3']);
    const client = await openMqttSocket(context, app.ports.mqtt, { connect: { clean: false } });
    const subscribe = (messageId: number, ...topics: string[]) =>
      client.send({
        cmd: 'subscribe',
        messageId,
        subscriptions: topics.map((topic) => ({ topic, qos: 1 as const })),
      });
    subscribe(1, 'a', 'b');
    assert.deepEqual((await client.received('suback')).granted, [1, 1]);
    subscribe(2, 'b', 'c', 'd');
    assert.deepEqual((await client.received('suback')).granted, [1, 1, 128]);
  });

  test('filters per second: each counts, one with wildcards several times; large packets are served', async (context) => {
    const { app } = await startTestApp(context, [
      'brokerConfig.limits.subscriptionsPerClient=10000',
      'brokerConfig.limits.messagesPerSecond=500',
    ]);
    const client = await openMqttSocket(context, app.ports.mqtt);
    const startedAt = performance.now();
    const secondsFor = async (packets: number, filters: number, topic: string) => {
      const startedAt = performance.now();
      for (let messageId = 1; messageId <= packets; messageId += 1) {
        const subscriptions = Array.from({ length: filters }, (_, index) => ({
          topic: `${topic}/${messageId}/${index}`,
          qos: 0 as const,
        }));
        client.send({ cmd: 'subscribe', messageId, subscriptions });
      }
      for (let packet = 0; packet < packets; packet += 1) {
        const { granted } = await client.received('suback');
        assert.ok(granted.length === filters && granted.every((qos) => qos === 0));
      }
      return (performance.now() - startedAt) / 1000;
    };
    await secondsFor(1, 500, 'plain');
    const plain = await secondsFor(3, 500, 'plain');
    assert.ok(plain > 1.5 && plain < 10, `${plain} s`);
    const wildcards = await secondsFor(120, 1, '+/wild');
    assert.ok(wildcards > 1, `${wildcards} s`);
    assert.ok(performance.now() - startedAt < 20_000);
  });

  test('messages per second: a faster client is slowed down, and loses nothing', async (context) => {
    const { app, subscribe } = await startTestApp(context, [
      anybodyPublishes,
      'brokerConfig.limits.messagesPerSecond=100',
    ]);
    const { messages } = await subscribe('fast');
    const client = await openMqttSocket(context, app.ports.mqtt);
    const startedAt = performance.now();
    for (let index = 0; index < 300; index += 1) {
      client.send({ ...publish, topic: 'fast', payload: String(index) });
    }
    await waitFor('all messages', () => messages.length === 300);
    assert.ok(performance.now() - startedAt > 900);
    assert.deepEqual(
      messages.map(({ payload }) => Number(payload)),
      Array.from({ length: 300 }, (_, index) => index),
    );
  });

  test('in flight: no more concurrent QoS 2 messages than allowed; a repeated one counts once', async (context) => {
    const { app, subscribe } = await startTestApp(context, [
      anybodyPublishes,
      'brokerConfig.limits.inFlightPerClient=2',
    ]);
    const { messages } = await subscribe('exactly/once');
    const client = await openMqttSocket(context, app.ports.mqtt, { protocolVersion: 5 });
    const [connack] = client.packets;
    assert.equal(connack?.cmd === 'connack' && connack.properties?.receiveMaximum, 2);
    const message = { ...publish, qos: 2, topic: 'exactly/once', payload: 'x' } as const;
    // Sent again before the first is answered: Aedes alone would deliver both.
    client.send({ ...message, messageId: 1 });
    client.send({ ...message, messageId: 1, dup: true });
    await client.received('pubrec');
    await client.received('pubrec');
    client.send({ ...message, messageId: 2 });
    await client.received('pubrec');
    client.send({ ...message, messageId: 3 });
    await client.closed();
    const last = client.packets.at(-1);
    assert.equal(last?.cmd === 'disconnect' && last.reasonCode, 0x93);
    assert.equal(messages.length, 2);
  });

  test('in flight, to the client: an MQTT 5 client gets no more at a time than it accepts', async (context) => {
    const { app } = await startTestApp(context, [anybodyPublishes]);
    const client = await openMqttSocket(context, app.ports.mqtt, {
      protocolVersion: 5,
      connect: { properties: { receiveMaximum: 2 } },
    });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] });
    await client.received('suback');
    const sender = await openMqttSocket(context, app.ports.mqtt);
    for (const index of [1, 2, 3, 4]) {
      sender.send({ ...publish, qos: 1, topic: 't', payload: String(index), messageId: index });
      await sender.received('puback');
    }
    const first = await client.received('publish');
    const second = await client.received('publish');
    client.send({ cmd: 'pingreq' });
    await client.received('pingresp');
    const publishes = () => client.packets.filter(({ cmd }) => cmd === 'publish').length;
    assert.equal(publishes(), 2);
    for (const { messageId = 0 } of [first, second]) client.send({ cmd: 'puback', messageId });
    await waitFor('the rest', () => publishes() === 4);
  });

  test('a client that sets the largest packet it accepts gets none that is larger', async (context) => {
    const { app } = await startTestApp(context, [anybodyPublishes]);
    const client = await openMqttSocket(context, app.ports.mqtt, {
      protocolVersion: 5,
      connect: { properties: { maximumPacketSize: 100 } },
    });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 0 }] });
    await client.received('suback');
    const sender = await openMqttSocket(context, app.ports.mqtt);
    sender.send({ ...publish, topic: 't', payload: 'x'.repeat(200) });
    sender.send({ ...publish, topic: 't', payload: 'small' });
    assert.equal((await client.received('publish')).payload.toString(), 'small');
  });

  test('what waits for all clients together: those with most are disconnected', async (context) => {
    const { app, lines, subscribe } = await startTestApp(context, [
      anybodyPublishes,
      'brokerConfig.limits.backlogBytes=524288',
      'brokerConfig.limits.backlogBytesOfAll=1048576',
      'brokerConfig.limits.slowClientSeconds=3600',
    ]);
    const frozen = [];
    for (let index = 0; index < 5; index += 1) {
      const client = await openMqttSocket(context, app.ports.mqtt);
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] });
      await client.received('suback');
      client.socket.pause();
      frozen.push(client);
    }
    const healthy = await subscribe('#');
    const sender = await openMqttSocket(context, app.ports.mqtt);
    const payload = Buffer.alloc(200_000, 'x');
    const told = () =>
      lines.filter((line) => line.includes('too much data is waiting for all clients'));
    await waitFor('the bound', () => {
      sender.send({ ...publish, topic: 't', payload });
      return told().length > 0;
    });
    await healthy.received('t');
    assert.ok(healthy.client.connected);
    assert.ok(told().length < frozen.length, 'some of them may stay');
  });

  test('two clients with one id disconnect each other, which is logged once', async (context) => {
    const { app, lines } = await startTestApp(context, [
      'brokerConfig.limits.connectionsPerSecond=1000',
    ]);
    for (let turn = 0; turn < 10; turn += 1) {
      await openMqttSocket(context, app.ports.mqtt, { connect: { clientId: 'lamp' } });
    }
    const told = lines.filter((line) => line.includes('two clients use the client id lamp'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /^warn .* at 127\.0\.0\.1, .*different client ids$/);
  });
});
