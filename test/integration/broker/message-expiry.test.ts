import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type MqttSocket, openMqttSocket } from '../../support/mqtt-socket.ts';
import { messagesOf, open5, subscribe } from '../../support/mqtt5-client.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startTestApp } from '../../support/test-app.ts';
import { TickingClock } from '../../support/ticking-clock.ts';
import { waitFor } from '../../support/wait-for.ts';

const anybodyPublishes = 'brokerConfig.access.anonymous=publish';
const publish = { cmd: 'publish', retain: false, dup: false } as const;

/** Payload and Message Expiry Interval of each message. */
const expiries = (client: MqttSocket) =>
  messagesOf(client).map(({ payload, properties }) => [
    payload.toString(),
    properties?.messageExpiryInterval,
  ]);

/** Publishes at QoS 1, one after the other: payloads and their Message Expiry Intervals, s. */
async function publishAll(
  client: MqttSocket,
  topic: string,
  messages: readonly (readonly [payload: string, expirySeconds: number | undefined])[],
  retain = false,
): Promise<void> {
  for (const [payload, messageExpiryInterval] of messages) {
    client.send({
      ...publish,
      retain,
      topic: retain ? `${topic}/${payload}` : topic,
      payload,
      qos: 1,
      messageId: 1,
      ...(messageExpiryInterval !== undefined && { properties: { messageExpiryInterval } }),
    });
    await client.received('puback');
  }
}

const three = [
  ['short', 10],
  ['long', 100],
  ['for ever', undefined],
] as const;

describe('messages that expire', () => {
  for (const restart of [false, true]) {
    const when = restart ? 'over a restart' : 'while the client is away';
    test(`in a queue, ${when}: dropped, or sent with the remaining time`, async (context) => {
      const clock = new TickingClock();
      const options = { clock, stateDirectory: temporaryFolder(context) };
      let appliance = await startTestApp(context, [anybodyPublishes], options);
      const away = await open5(context, appliance, 'away');
      await subscribe(away, 'a/#');
      away.socket.destroy();
      await waitFor('the end of the connection', away.isClosed);
      await publishAll(await open5(context, appliance), 'a/b', three);
      if (restart) await appliance.stop();
      clock.jump(20_000);
      if (restart) appliance = await startTestApp(context, [anybodyPublishes], options);
      const back = await open5(context, appliance, 'away');
      await waitFor('the last message', () =>
        messagesOf(back).some(({ payload }) => payload.toString() === 'for ever'),
      );
      const [[first, left] = [], ...others] = expiries(back);
      assert.equal(first, 'long');
      assert.ok(Number(left) <= 80 && Number(left) > 40, `${left} s are left`);
      assert.deepEqual(others, [['for ever', undefined]]);
    });

    test(`retained, ${restart ? 'across a restart' : 'in one run'}: deleted, or sent with the remaining time`, async (context) => {
      const clock = new TickingClock();
      const options = { clock, stateDirectory: temporaryFolder(context) };
      let appliance = await startTestApp(context, [anybodyPublishes], options);
      await publishAll(await open5(context, appliance), 'kept', three, true);
      if (restart) await appliance.stop();
      clock.jump(20_000);
      if (restart) appliance = await startTestApp(context, [anybodyPublishes], options);
      const reader = await open5(context, appliance);
      await subscribe(reader, 'kept/#');
      await subscribe(reader, 'kept/short');
      await waitFor('the last message', () => messagesOf(reader).length >= 2);
      const found = new Map(expiries(reader).map(([payload, left]) => [payload, left] as const));
      assert.deepEqual([...found.keys()].sort(), ['for ever', 'long']);
      assert.equal(found.get('for ever'), undefined);
      assert.ok(Number(found.get('long')) <= 80 && Number(found.get('long')) > 40);
    });
  }

  test('an expired session is not resumed, however soon its client is back', async (context) => {
    const clock = new TickingClock();
    const appliance = await startTestApp(context, [], { clock });
    const comeBack = async (expected: boolean) => {
      const client = await openMqttSocket(context, appliance.app.ports.mqtt, {
        protocolVersion: 5,
        connect: { clientId: 'away', clean: false, properties: { sessionExpiryInterval: 5 } },
      });
      const connack = client.packets.find((packet) => packet.cmd === 'connack');
      assert.equal(connack?.sessionPresent, expected);
      await subscribe(client, 'a/#');
      client.socket.destroy();
      await waitFor('the end of the connection', client.isClosed);
    };
    await comeBack(false);
    clock.jump(3000);
    await comeBack(true);
    clock.jump(6000);
    await comeBack(false);
  });

  test('expired retained messages make room for others', async (context) => {
    const clock = new TickingClock();
    const appliance = await startTestApp(
      context,
      [anybodyPublishes, 'brokerConfig.limits.retainedMessages=100'],
      { clock },
    );
    const sender = await open5(context, appliance);
    const many = Array.from({ length: 100 }, (_, index) => [`${index}`, 10] as const);
    await publishAll(sender, 'kept', many, true);
    clock.jump(20_000);
    await publishAll(sender, 'later', [['x', undefined]], true);
    const reader = await open5(context, appliance);
    await subscribe(reader, 'later/x');
    assert.equal((await reader.received('publish')).payload.toString(), 'x');
  });
});
