// Everything that waits for a client with a session reaches it completely and in order, whatever
// its size.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type mqttPacket from 'mqtt-packet';
import { type MqttSocket, openMqttSocket } from '../../support/mqtt-socket.ts';
import { startTestApp, type TestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

type Version = 4 | 5;

const settings = [
  'brokerConfig.access.anonymous=publish',
  'brokerConfig.limits.messagesPerSecond=100000',
];

async function join(
  context: TestContext,
  { app }: Pick<TestApp, 'app'>,
  version: Version,
  properties: mqttPacket.IConnectPacket['properties'] = {},
): Promise<MqttSocket> {
  return openMqttSocket(context, app.ports.mqtt, {
    protocolVersion: version,
    connect: {
      clientId: 'lamp',
      clean: false,
      ...(version === 5 && { properties: { sessionExpiryInterval: 3600, ...properties } }),
    },
  });
}

async function subscribe(client: MqttSocket): Promise<void> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'lamps/#', qos: 1 }] });
  await client.received('suback');
}

/** Publishes numbers in one turn of the publisher. */
async function publish(context: TestContext, { app }: Pick<TestApp, 'app'>, numbers: number[]) {
  const sender = await openMqttSocket(context, app.ports.mqtt);
  for (const number of numbers) {
    sender.send({
      cmd: 'publish',
      topic: 'lamps/a',
      payload: String(number),
      qos: 1,
      messageId: number + 1,
      retain: false,
      dup: false,
    });
  }
  await waitFor('the acknowledgements', () => {
    return sender.packets.filter(({ cmd }) => cmd === 'puback').length === numbers.length;
  });
}

const range = (count: number) => Array.from({ length: count }, (_, number) => number);

const publishesOf = ({ packets }: MqttSocket) =>
  packets.filter((packet): packet is mqttPacket.IPublishPacket => packet.cmd === 'publish');
const numbersOf = (client: MqttSocket) =>
  publishesOf(client).map(({ payload }) => Number(payload.toString()));

/** Acknowledges everything that has arrived and will arrive. */
function acknowledge(client: MqttSocket): void {
  let done = 0;
  const look = () => {
    for (const { messageId = 0 } of publishesOf(client).slice(done)) {
      client.send({ cmd: 'puback', messageId });
      done += 1;
    }
  };
  client.socket.on('data', look);
  look();
}

describe('the queue of a client', () => {
  for (const version of [4, 5] as const) {
    test(`MQTT ${version}: a burst arrives in order`, async (context) => {
      const app = await startTestApp(context, settings);
      const lamp = await join(context, app, version);
      await subscribe(lamp);
      acknowledge(lamp);
      await publish(context, app, range(300));
      await waitFor('all messages', () => numbersOf(lamp).length >= 300);
      assert.deepEqual(numbersOf(lamp), range(300));
    });

    test(`MQTT ${version}: unacknowledged messages are sent again after a reconnect, followed by the rest`, async (context) => {
      const app = await startTestApp(context, settings);
      const lamp = await join(context, app, version);
      await subscribe(lamp);
      await publish(context, app, range(250));
      await waitFor('what it takes at a time', () => numbersOf(lamp).length >= 100);
      lamp.socket.destroy();
      await lamp.closed();
      const back = await join(context, app, version);
      acknowledge(back);
      await waitFor('all messages', () => new Set(numbersOf(back)).size >= 250);
      assert.deepEqual([...new Set(numbersOf(back))], range(250));
      await publish(context, app, [250]);
      await waitFor('the next message', () => numbersOf(back).includes(250));
    });

    test(`MQTT ${version}: a connection that replaces another gets new messages`, async (context) => {
      const app = await startTestApp(context, settings);
      const first = await join(context, app, version);
      await subscribe(first);
      const second = await join(context, app, version);
      await first.closed();
      await publish(context, app, range(3));
      await waitFor('the messages', () => numbersOf(second).length === 3);
      assert.deepEqual(numbersOf(second), range(3));
    });
  }

  test('a message too large for the client does not count as in flight', async (context) => {
    const app = await startTestApp(context, settings);
    const lamp = await join(context, app, 5, { maximumPacketSize: 200, receiveMaximum: 3 });
    await subscribe(lamp);
    acknowledge(lamp);
    const sender = await openMqttSocket(context, app.app.ports.mqtt);
    const message = {
      cmd: 'publish',
      topic: 'lamps/a',
      qos: 1,
      retain: false,
      dup: false,
    } as const;
    for (const messageId of [1, 2, 3, 4]) {
      sender.send({ ...message, payload: Buffer.alloc(400, 'x'), messageId });
    }
    sender.send({ ...message, payload: '7', messageId: 5 });
    await waitFor('the small message', () => numbersOf(lamp).includes(7));
  });

  test('a refused filter is not kept along with a granted one', async (context) => {
    const app = await startTestApp(context, [
      ...settings,
      'brokerConfig.limits.subscriptionsPerClient=2',
    ]);
    const lamp = await join(context, app, 4);
    lamp.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'first', qos: 1 }] });
    await lamp.received('suback');
    lamp.send({
      cmd: 'subscribe',
      messageId: 2,
      subscriptions: [
        { topic: 'other/#', qos: 1 },
        { topic: 'lamps/#', qos: 1 },
      ],
    });
    assert.deepEqual((await lamp.received('suback')).granted, [1, 128]);
    lamp.socket.destroy();
    await lamp.closed();
    await publish(context, app, range(3));
    const back = await join(context, app, 4);
    back.send({ cmd: 'pingreq' });
    await back.received('pingresp');
    assert.deepEqual(numbersOf(back), []);
  });
});
