import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IPublishPacket } from 'mqtt-packet';
import { hashPassword } from '../../../src/access/password.ts';
import { openMqttSocket } from '../../support/mqtt-socket.ts';
import { messagesOf, open5, subscribe } from '../../support/mqtt5-client.ts';
import { startTestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

const anybodyPublishes = 'brokerConfig.access.anonymous=publish';
const publish = { cmd: 'publish', retain: false, dup: false } as const;

describe('a message that the client may not publish', () => {
  test('is refused in MQTT 5, ignored before; the client stays, its identifiers are free', async (context) => {
    const appliance = await startTestApp(context, [
      `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword('secret')}"}]`,
      'brokerConfig.limits.inFlightPerClient=5',
    ]);
    const { messages } = await appliance.subscribe(['lamps/#', 'blinky/status']);
    const clients = [
      ['lamps/x', await open5(context, appliance)],
      [
        'blinky/status',
        await openMqttSocket(context, appliance.app.ports.mqtt, {
          protocolVersion: 5,
          connect: { username: 'anna', password: Buffer.from('secret') },
        }),
      ],
    ] as const;
    for (const [topic, client] of clients) {
      for (let round = 0; round < 7; round += 1) {
        for (const retain of [false, true]) {
          const forged = { ...publish, topic, payload: 'forged', retain };
          client.send({ ...forged, qos: 1, messageId: 1 });
          const { messageId, reasonCode, properties } = await client.received('puback');
          assert.deepEqual([messageId, reasonCode, properties], [1, 0x87, undefined]);
          client.send({ ...forged, qos: 2, messageId: retain ? 2 : round + 3 });
          assert.equal((await client.received('pubrec')).reasonCode, 0x87);
          client.send({ ...forged, qos: 0 });
        }
      }
      client.send({ cmd: 'pingreq' });
      await client.received('pingresp');
    }
    // With permission, the same identifiers work.
    const [, [, anna]] = clients;
    anna.send({ ...publish, topic: 'lamps/x', payload: 'hers', qos: 2, messageId: 2 });
    assert.equal((await anna.received('pubrec')).reasonCode ?? 0, 0);
    anna.send({ cmd: 'pubrel', messageId: 2 });
    await anna.received('pubcomp');

    const older = await openMqttSocket(context, appliance.app.ports.mqtt);
    older.send({ ...publish, topic: 'lamps/x', payload: 'forged', qos: 1, messageId: 1 });
    await older.received('puback');
    older.send({ ...publish, topic: 'lamps/x', payload: 'forged', qos: 2, messageId: 2 });
    await older.received('pubrec');
    older.send({ cmd: 'pubrel', messageId: 2 });
    await older.received('pubcomp');
    await waitFor('what was allowed', () => messages.some(({ payload }) => payload === 'hers'));
    assert.ok(messages.every(({ payload }) => payload !== 'forged'));
    assert.ok(
      appliance.lines.every((line) => !line.includes('socket-')),
      'not a line for each',
    );
  });
});

test('an MQTT 5 client is told if it opens more QoS 2 messages than can be kept', async (context) => {
  const appliance = await startTestApp(context, [
    anybodyPublishes,
    'brokerConfig.limits.inFlightPerClient=5',
  ]);
  const exactlyOnce = { ...publish, topic: 'a/b', payload: 'x', qos: 2 } as const;
  const first = await open5(context, appliance, 'sender');
  for (let messageId = 1; messageId <= 5; messageId += 1) {
    first.send({ ...exactlyOnce, messageId });
    await first.received('pubrec');
  }
  first.socket.destroy();
  await waitFor('the end of the connection', first.isClosed);
  const again = await open5(context, appliance, 'sender');
  for (let round = 0; round < 7; round += 1) {
    again.send({ ...exactlyOnce, messageId: 6 });
    assert.equal((await again.received('pubrec')).reasonCode, 0x97);
  }
  again.send({ cmd: 'pubrel', messageId: 1 });
  await again.received('pubcomp');
  again.send({ ...exactlyOnce, messageId: 6 });
  assert.equal((await again.received('pubrec')).reasonCode ?? 0, 0);
});

describe('subscription identifiers', () => {
  const identifiersOf = ({ properties }: IPublishPacket) => {
    const { subscriptionIdentifier: found = [] } = properties ?? {};
    return [found].flat().sort((a, b) => a - b);
  };

  for (const qos of [0, 1, 2] as const) {
    test(`a message at QoS ${qos} has those of all matching subscriptions`, async (context) => {
      const appliance = await startTestApp(context, [anybodyPublishes]);
      const client = await open5(context, appliance, 'overlaps');
      await subscribe(client, 'a/#', { qos, identifier: 5 });
      await subscribe(client, 'a/+', { qos: 0 });
      await subscribe(client, '+/b', { qos, identifier: 3 });
      await subscribe(client, 'a/+/c', { qos, identifier: 9 });
      const sender = await open5(context, appliance);
      const [ownProperty, contentType] = [{ mine: 'x' }, 'text/plain'];
      for (const [topic, expected] of [
        ['a/b', [3, 5]],
        ['a/c', [5]],
        ['x/b', [3]],
      ] as const) {
        for (const properties of [undefined, { userProperties: ownProperty, contentType }]) {
          sender.send({
            ...publish,
            topic,
            payload: 'x',
            qos: 1,
            messageId: 1,
            ...(properties && { properties }),
          });
          const message = await client.received('publish');
          assert.deepEqual(identifiersOf(message), expected, topic);
          assert.equal(message.properties?.contentType, properties?.contentType);
        }
      }
      assert.equal(messagesOf(client).length, 6);
    });
  }

  test('so has one from a queue; a retained one has that of the new subscription', async (context) => {
    const appliance = await startTestApp(context, [anybodyPublishes]);
    const client = await open5(context, appliance, 'away');
    await subscribe(client, 'a/#', { identifier: 5 });
    await subscribe(client, '+/b', { identifier: 3 });
    client.socket.destroy();
    await waitFor('the end of the connection', client.isClosed);
    const sender = await open5(context, appliance);
    sender.send({ ...publish, topic: 'a/b', payload: 'x', qos: 1, messageId: 1, retain: true });
    await sender.received('puback');
    const back = await open5(context, appliance, 'away');
    assert.deepEqual(identifiersOf(await back.received('publish')), [3, 5]);
    await subscribe(back, 'a/+', { identifier: 7 });
    assert.deepEqual(identifiersOf(await back.received('publish')), [7]);
  });

  test('a "no local" subscription does not count for own messages', async (context) => {
    const appliance = await startTestApp(context, [anybodyPublishes]);
    const client = await open5(context, appliance);
    await subscribe(client, 'a/#', { identifier: 5, nl: true });
    await subscribe(client, '+/b', { identifier: 3 });
    client.send({ ...publish, topic: 'a/b', payload: 'x', qos: 0 });
    assert.deepEqual(identifiersOf(await client.received('publish')), [3]);
    assert.equal(messagesOf(client).length, 1);
  });
});

test('MQTT 3.1 has no "session present": that byte of the CONNACK is 0', async (context) => {
  const { app } = await startTestApp(context);
  for (const [protocolVersion, expected] of [
    [4, 1],
    [3, 0],
  ] as const) {
    const connect = { clientId: `session-${protocolVersion}`, clean: false };
    const first = await openMqttSocket(context, app.ports.mqtt, { protocolVersion, connect });
    await subscribe(first, 'a/#');
    first.socket.destroy();
    await waitFor('the end of the connection', first.isClosed);
    const again = await openMqttSocket(context, app.ports.mqtt, {
      protocolVersion,
      silent: true,
    });
    let answer = Buffer.alloc(0);
    again.socket.on('data', (bytes: Buffer) => {
      answer = Buffer.concat([answer, bytes]);
    });
    again.send({
      cmd: 'connect',
      protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion,
      keepalive: 0,
      ...connect,
    });
    await waitFor('the CONNACK', () => answer.length >= 4);
    assert.deepEqual([...answer.subarray(0, 4)], [0x20, 2, expected, 0]);
  }
});
