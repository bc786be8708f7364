import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import mqttPacket from 'mqtt-packet';
import { WebSocket } from 'ws';
import { inheritedNames, mqttConversation } from '../../support/mqtt-conversation.ts';
import { openMqttSocket } from '../../support/mqtt-socket.ts';
import { seededRandom } from '../../support/random.ts';
import { startTestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

const connections = 300;
const datagrams = 5000;
/** `BLINKY_FUZZ=100` for a long run. */
const conversationSeeds = Number(process.env['BLINKY_FUZZ'] ?? 2);
const settings = [
  'brokerConfig.access.anonymous=publish',
  'brokerConfig.limits.connectionsPerSecond=100000',
  'brokerConfig.limits.messagesPerSecond=100000',
  'brokerConfig.limits.connectSeconds=1',
];
const openConnection = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;';

/** A conversation that starts correctly, with some bytes then changed, removed or added. */
function hostileBytes(random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <Value>(values: readonly Value[]) => values[below(values.length)] as Value;
  const protocolVersion = pick([3, 4, 5] as const);
  const generate = (packet: mqttPacket.Packet) => mqttPacket.generate(packet, { protocolVersion });
  const topic = pick([
    'a/b',
    'qliksense/userevent',
    '$SYS/x',
    'x'.repeat(900),
    'a//b',
    '/',
    ...inheritedNames,
  ]);
  const qos = pick([0, 1, 2] as const);
  const packets = [
    generate({
      cmd: 'publish',
      topic,
      payload: Buffer.alloc(below(3000), below(256)),
      qos,
      retain: random() < 0.3,
      dup: false,
      messageId: 1 + below(5),
    }),
    generate({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [
        { topic: pick(['#', '+/+', topic]), qos },
        { topic: pick(['a/#', ...inheritedNames]), qos },
      ],
    }),
    generate({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['#'] }),
    ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((cmd) =>
      generate({ cmd, messageId: 1 + below(5) }),
    ),
    generate({ cmd: 'pingreq' }),
    Buffer.from(Array.from({ length: below(50) }, () => below(256))),
  ];
  const conversation = [
    generate({
      cmd: 'connect',
      protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion,
      clientId: random() < 0.9 ? `hostile-${below(20)}` : pick(inheritedNames),
      clean: random() < 0.8,
      keepalive: below(100),
      ...(random() < 0.5 && {
        will: { topic, payload: Buffer.from('will'), qos, retain: random() < 0.5 },
      }),
    }),
    ...Array.from({ length: below(20) }, () => pick(packets)),
  ];
  const bytes = Buffer.concat(conversation);
  for (let change = below(6); change > 0; change -= 1) bytes[below(bytes.length)] = below(256);
  return random() < 0.3 ? bytes.subarray(0, below(bytes.length)) : bytes;
}

/** A subscriber to everything that must not be disturbed, and a check that all is well. */
async function witness(context: TestContext) {
  const app = await startTestApp(context, settings);
  const subscribers = await Promise.all(
    ([4, 5] as const).map((protocolVersion) =>
      app.subscribe('#', { protocolVersion, clientId: `witness-${protocolVersion}` }),
    ),
  );
  return {
    ...app,
    /** An event arrives, and nobody has been disconnected. */
    isWell: async (name: string) => {
      await app.send(`${openConnection}${name}`);
      for (const { client, messages } of subscribers) {
        await waitFor('the event', () =>
          messages.some(({ payload }) => payload.includes(`"message":"${name}"`)),
        );
        assert.ok(client.connected, 'a subscriber is still there');
        assert.equal(client.reconnecting, false);
      }
      assert.equal((await app.get('/healthz')).status, 200);
    },
  };
}

describe('hostile input', () => {
  test('bytes on TCP: no crash, no growth, no other client disturbed', async (context) => {
    const { app, isWell } = await witness(context);
    const random = seededRandom(1);
    let memoryBytes = 0;
    for (let index = 0; index < connections; index += 1) {
      const socket = connect(app.ports.mqtt ?? 0, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      const bytes = hostileBytes(random);
      const cut = Math.floor(random() * bytes.length);
      socket.write(bytes.subarray(0, cut));
      socket.write(bytes.subarray(cut));
      if (random() < 0.5) socket.end();
      else setImmediate(() => socket.destroy());
      if (index === connections / 2) memoryBytes = process.memoryUsage.rss();
      if (index % 100 === 99) await isWell(`tcp-${index}`);
    }
    const grownMb = (process.memoryUsage.rss() - memoryBytes) / 1e6;
    context.diagnostic(`grown by ${grownMb.toFixed(1)} MB in the second half`);
    assert.ok(grownMb < 60, `${grownMb} MB`);
  });

  test('clients, topics and filters may have the names of properties of every object', async (context) => {
    const { app, isWell } = await witness(context);
    const listener = await openMqttSocket(context, app.ports.mqtt);
    listener.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '+', qos: 1 }] });
    await listener.received('suback');
    for (const name of inheritedNames) {
      for (const clean of [true, false]) {
        const client = await openMqttSocket(context, app.ports.mqtt, {
          connect: { clientId: name, clean },
        });
        const filter = name === '__proto__' ? '+' : name;
        client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 1 }] });
        await client.received('suback');
        client.send({
          cmd: 'publish',
          topic: name,
          payload: 'x',
          qos: 1,
          messageId: 2,
          retain: false,
          dup: false,
        });
        for (const { received } of [client, listener]) {
          const { topic, qos } = await received('publish');
          assert.deepEqual([topic, qos], [name, 1]);
        }
        client.send({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: [filter] });
        await client.received('unsuback');
      }
    }
    for (const protocolVersion of [4, 5] as const) {
      const client = await openMqttSocket(context, app.ports.mqtt, { protocolVersion });
      const subscriptions = ['a', '__proto__'].map((topic) => ({ topic, qos: 1 as const }));
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
      await client.closed();
    }
    await isWell('inherited');
  });

  test('a QoS 2 message that is released twice at a time', async (context) => {
    const { app, isWell } = await witness(context);
    const client = await openMqttSocket(context, app.ports.mqtt);
    const content = { topic: 't', payload: 'x', qos: 2, messageId: 7 } as const;
    client.send({ cmd: 'publish', ...content, retain: false, dup: false });
    await client.received('pubrec');
    const pubrel = mqttPacket.generate({ cmd: 'pubrel', messageId: 7 });
    client.send(Buffer.concat([pubrel, pubrel]));
    for (const { messageId } of [
      await client.received('pubcomp'),
      await client.received('pubcomp'),
    ]) {
      assert.equal(messageId, 7);
    }
    await isWell('pubrel');
  });

  test('valid packets in any order, from clients that reconnect: nobody else notices', async (context) => {
    const { app, isWell } = await witness(context);
    for (let seed = 1; seed <= conversationSeeds; seed += 1) {
      const random = seededRandom(seed);
      for (let index = 0; index < connections; index += 1) {
        const socket = connect(app.ports.mqtt ?? 0, '127.0.0.1');
        context.after(() => socket.destroy());
        socket.on('error', () => {}).resume();
        await once(socket, 'connect');
        for (const packet of mqttConversation(random)) {
          socket.write(packet);
          if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
        }
        // Some stay, until another takes their id or they break a rule.
        const end = random();
        if (end < 0.3) socket.end();
        else if (end < 0.6) setImmediate(() => socket.destroy());
      }
      await isWell(`conversation-${seed}`);
    }
  });

  test('bytes on WebSocket: the same', async (context) => {
    const { app, isWell } = await witness(context);
    const random = seededRandom(2);
    for (let index = 0; index < connections / 3; index += 1) {
      const socket = new WebSocket(`ws://127.0.0.1:${app.ports.web}/mqtt`, 'mqtt');
      socket.on('error', () => {});
      await once(socket, 'open');
      const bytes = hostileBytes(random);
      if (random() < 0.1) socket.send(bytes.toString('latin1'));
      else socket.send(bytes);
      if (random() < 0.5) socket.close();
      else setImmediate(() => socket.terminate());
      if (index % 50 === 49) await isWell(`ws-${index}`);
    }
    await isWell('ws-end');
  });

  test('datagrams: whatever they contain, no topic or payload disconnects a subscriber', async (context) => {
    const { send, isWell } = await witness(context);
    const random = seededRandom(3);
    const below = (limit: number) => Math.floor(random() * limit);
    const nasty = [
      '#',
      '+',
      '/',
      '\0',
      '$SYS',
      '\ud800',
      '\u202e',
      '\u009b',
      '😀',
      '',
      'x'.repeat(500),
    ];
    for (let index = 0; index < datagrams; index += 1) {
      const field = () =>
        Buffer.concat(
          Array.from({ length: 1 + below(3) }, () =>
            random() < 0.5
              ? Buffer.from(nasty[below(nasty.length)] ?? '')
              : Buffer.from(Array.from({ length: below(20) }, () => below(256))),
          ),
        );
      const command = ['Start session', 'Stop session', 'Open connection', 'Close connection'];
      await send(
        Buffer.concat([
          Buffer.from('/proxy-session/;'),
          field(),
          Buffer.from(`;${command[below(5)] ?? ''};`),
          ...Array.from({ length: 2 + below(5) }, () => Buffer.concat([field(), Buffer.from(';')])),
        ]),
      );
      if (index % 1000 === 999) await isWell(`udp-${index}`);
    }
  });

  test('an attack that made Aedes disconnect everyone else only ends the attacker', async (context) => {
    const { app, isWell } = await witness(context);
    const poison = Buffer.concat([
      Buffer.from([0x31, 0x81, 0x80, 0x04, 0xff, 0xff]),
      Buffer.alloc(65_535, 0xff),
    ]);
    const poisoner = await openMqttSocket(context, app.ports.mqtt);
    poisoner.send(poison);
    await poisoner.closed();
    // The delay of a will must not reach subscribers (MQTT 5, section 3.1.3.2.2).
    const departed = await openMqttSocket(context, app.ports.mqtt, {
      protocolVersion: 5,
      connect: {
        will: {
          topic: 'departed',
          payload: Buffer.from('gone'),
          qos: 1,
          retain: false,
          properties: { willDelayInterval: 0 },
        },
      },
    });
    const reader = await openMqttSocket(context, app.ports.mqtt, { protocolVersion: 5 });
    reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'departed', qos: 1 }] });
    await reader.received('suback');
    departed.socket.destroy();
    const { properties } = await reader.received('publish');
    assert.ok(!properties || !('willDelayInterval' in properties));
    await isWell('poison');
  });
});
