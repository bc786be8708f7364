// What the broker uses beyond Aedes's public interface: an upgrade that removes one of these fails
// here, by the name of that member.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { Aedes, type AedesOptions, type Client } from 'aedes';
import {
  type ClientInternals,
  checkMembers,
  checkPrivateMembers,
  type DeliveredPacket,
  isStored,
  markAnswered,
  privateMembers,
  setNextMessageId,
} from '../../../../src/broker/aedes/private-members.ts';
import { openMqttSocket } from '../../../support/mqtt-socket.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** The original Aedes, on a separate port; `onClient` sees each client before its CONNECT. */
async function startAedes(
  context: TestContext,
  options: AedesOptions = {},
  onClient: (client: ClientInternals) => void = () => {},
) {
  const aedes = await Aedes.createBroker(options);
  const server = createServer((socket) => onClient(aedes.handle(socket) as ClientInternals));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(async () => {
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { aedes, port };
}

const publish = { cmd: 'publish', topic: 't', payload: 'x', dup: false, retain: false } as const;

describe('private members of Aedes', () => {
  for (const of of ['broker', 'client'] as const) {
    for (const [name, type] of Object.entries(privateMembers[of])) {
      test(`${of}.${name} exists: ${type}`, async (context) => {
        let client: Client | undefined;
        const { aedes, port } = await startAedes(context, {}, (one) => {
          client = one;
        });
        await openMqttSocket(context, port);
        const object = of === 'broker' ? aedes : client;
        assert.equal(typeof Reflect.get(object ?? {}, name), type);
      });

      test(`without ${of}.${name} the broker does not start, and says why`, () => {
        const members = Object.entries(privateMembers[of]).filter(([one]) => one !== name);
        const others = Object.fromEntries(members.map(([one, kind]) => [one, samples[kind]]));
        assert.throws(
          () => checkMembers(of, others),
          new RegExp(`${name} of its ${of} is undefined`),
        );
      });
    }
  }

  test('all exist in the version in use', async (context) => {
    const { aedes } = await startAedes(context);
    checkPrivateMembers(aedes);
    assert.equal(aedes.connectedClients, 0);
  });

  test('packet._notAuthorized: a message with it is neither published nor answered', async (context) => {
    const published: string[] = [];
    const { aedes, port } = await startAedes(context, {
      authorizePublish: (_client, packet, done) => {
        if (packet.topic === 'refused') markAnswered(packet);
        done(null);
      },
    });
    aedes.on('publish', ({ topic }, client) => {
      if (client) published.push(topic);
    });
    const client = await openMqttSocket(context, port);
    client.send({ ...publish, topic: 'refused', qos: 1, messageId: 1 });
    client.send({ ...publish, topic: 'taken', qos: 1, messageId: 2 });
    assert.equal((await client.received('puback')).messageId, 2);
    await waitFor('the other', () => published.length > 0);
    assert.deepEqual(published, ['taken']);
  });

  test('client._nextId: the next message has the identifier that was set', async (context) => {
    const { port } = await startAedes(context, {}, (client) => setNextMessageId(client, 4711));
    const client = await openMqttSocket(context, port);
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] });
    await client.received('suback');
    client.send({ ...publish, qos: 1, messageId: 1 });
    assert.equal((await client.received('publish')).messageId, 4711);
  });

  test('client.deliver0, client.deliverQoS: subscriptions pass their messages to them; packet.clientId, packet.nl: the publisher', async (context) => {
    const delivered: [by: string, topic: string, clientId: string | undefined, nl: unknown][] = [];
    const { port } = await startAedes(context, {}, (client) => {
      for (const by of ['deliver0', 'deliverQoS'] as const) {
        client[by] = (packet, done) => {
          delivered.push([by, packet.topic, packet.clientId, packet.nl]);
          done();
        };
      }
    });
    const client = await openMqttSocket(context, port, {
      protocolVersion: 5,
      connect: { clientId: 'lamp' },
    });
    const subscriptions = [
      { topic: 'zero', qos: 0, nl: true },
      { topic: 'one', qos: 1 },
    ] as const;
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [...subscriptions] });
    await client.received('suback');
    for (const topic of ['zero', 'one']) client.send({ ...publish, topic, qos: 1, messageId: 2 });
    await waitFor('both messages', () => delivered.length === 2);
    assert.deepEqual(delivered, [
      ['deliver0', 'zero', 'lamp', true],
      ['deliverQoS', 'one', 'lamp', false],
    ]);
  });

  test('packet.brokerId: a retained message for a new subscription has none', async (context) => {
    const stored: boolean[] = [];
    const { port } = await startAedes(context, {}, (client) => {
      const note = (packet: DeliveredPacket, done: () => void) => {
        stored.push(isStored(packet));
        done();
      };
      Object.assign(client, { deliver0: note, deliverQoS: note });
    });
    const client = await openMqttSocket(context, port);
    client.send({ ...publish, retain: true, qos: 1, messageId: 1 });
    await client.received('puback');
    client.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 't', qos: 0 }] });
    await waitFor('the retained message', () => stored.length === 1);
    client.send({ ...publish, qos: 0 });
    await waitFor('the next message', () => stored.length === 2);
    assert.deepEqual(stored, [true, false]);
  });

  test('client.subscriptions: contains each filter with its QoS and identifier', async (context) => {
    let seen: ClientInternals | undefined;
    const { port } = await startAedes(context, {}, (client) => {
      seen = client;
    });
    const client = await openMqttSocket(context, port, { protocolVersion: 5 });
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 't/#', qos: 1, nl: true }],
      properties: { subscriptionIdentifier: 7 },
    });
    await client.received('suback');
    const { qos, si, nl } = seen?.subscriptions['t/#'] ?? {};
    assert.deepEqual({ qos, si, nl }, { qos: 1, si: 7, nl: true });
  });
});

const samples = { boolean: true, function: () => {}, number: 1, object: {} };
