import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import mqttPacket from 'mqtt-packet';
import { FrameGuard } from '../../../../src/broker/wire/frame-guard.ts';
import { PacketGate } from '../../../../src/broker/wire/packet-gate.ts';
import { reasonCodes, Violation } from '../../../../src/broker/wire/packet-reader.ts';

const limits = { packetBytes: 262_144, topicBytes: 1024, topicLevels: 32 };

type Version = 3 | 4 | 5;

/** A client's way into the broker and out of it, with a broker that grants every request. */
function createWay(protocolVersion: Version, refuses: (topic: string) => number | undefined) {
  const sent: mqttPacket.Packet[] = [];
  const parts: string[][] = [];
  const parser = mqttPacket.parser({ protocolVersion });
  parser.on('packet', (packet) => sent.push(packet));
  const gate = new PacketGate(100, (packet) => {
    parser.parse(packet);
    return true;
  });
  gate.answers.is5 = protocolVersion === 5;
  const guard = new FrameGuard(limits, (packet) => {
    if (packet.filters > 0) gate.answers.given(packet);
    return 'pass';
  });
  const options = { protocolVersion };
  guard.add(
    mqttPacket.generate(
      {
        cmd: 'connect',
        protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
        protocolVersion,
        clientId: 'x',
        clean: true,
        keepalive: 0,
      },
      options,
    ),
  );
  guard.take();
  const broker = mqttPacket.parser(options);
  broker.on('packet', (packet) => {
    if (packet.cmd === 'subscribe') {
      parts.push(packet.subscriptions.map(({ topic }) => topic));
      const granted = packet.subscriptions.map(({ topic, qos }) => {
        const refusal = refuses(topic);
        if (refusal === undefined) return qos;
        gate.answers.refused(refusal);
        return protocolVersion === 5 ? 0x87 : 0x80;
      });
      answer({ cmd: 'suback', messageId: packet.messageId ?? 0, granted });
    } else if (packet.cmd === 'unsubscribe') {
      parts.push([...packet.unsubscriptions]);
      const granted = packet.unsubscriptions.map((topic) => (topic === 'unknown' ? 0x11 : 0));
      answer({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted });
    }
  });
  const answer = (packet: mqttPacket.Packet) => {
    const bytes = mqttPacket.generate(packet, options);
    // In pieces, as Aedes writes them.
    gate.append(Buffer.from(bytes.subarray(0, 1)));
    gate.append(Buffer.from(bytes.subarray(1)));
    gate.endPacket();
  };
  return {
    sent,
    parts,
    send: (...packets: mqttPacket.Packet[]) => {
      guard.add(Buffer.concat(packets.map((one) => mqttPacket.generate(one, options))));
      while (guard.hasMore) {
        let taken = 0;
        for (const bytes of guard.take(() => taken++ === 0)) broker.parse(bytes);
        assert.ok(!gate.answers.isWaiting);
      }
    },
    guard,
    gate,
  };
}

const subscribe = (messageId: number, topics: readonly string[], properties?: object) => ({
  cmd: 'subscribe' as const,
  messageId,
  subscriptions: topics.map((topic, index) => ({ topic, qos: (index % 3) as 0 | 1 | 2 })),
  ...(properties && { properties }),
});
const topics = (count: number) => Array.from({ length: count }, (_, index) => `zigbee/${index}/x`);
const grantedOf = (packet: mqttPacket.Packet | undefined) =>
  packet?.cmd === 'suback' || packet?.cmd === 'unsuback' ? packet.granted : undefined;

describe('a packet with many filters', () => {
  for (const version of [3, 4, 5] as const) {
    test(`MQTT version ${version}: is handled in parts, and answered once`, () => {
      const { send, sent, parts } = createWay(version, (topic) =>
        topic.endsWith('7/x') ? reasonCodes.quotaExceeded : undefined,
      );
      send(subscribe(7, topics(500)), subscribe(8, ['#']), subscribe(9, topics(33)));
      assert.equal(sent.length, 3);
      const refusal = version === 5 ? 0x97 : 0x80;
      for (const [at, count] of [
        [0, 500],
        [2, 33],
      ] as const) {
        assert.deepEqual(
          grantedOf(sent[at]),
          topics(count).map((topic, index) => (topic.endsWith('7/x') ? refusal : index % 3)),
        );
      }
      assert.deepEqual(
        sent.map((one) => one.messageId),
        [7, 8, 9],
      );
      assert.deepEqual(parts.flat(), [...topics(500), '#', ...topics(33)]);
      assert.ok(parts.every(({ length }) => length <= 32));
    });
  }

  test('repeated filters and filters that are numbers each get their answer', () => {
    const { send, sent } = createWay(4, (topic) => (topic === '2' ? 0x97 : undefined));
    send(subscribe(1, ['b', '2', 'a', 'b', '1', '1']));
    assert.deepEqual(grantedOf(sent[0]), [0, 0x80, 2, 0, 1, 2]);
  });

  test('other reasons are unchanged, and refusals before a CONNACK are not part of an answer', () => {
    const { send, sent, gate } = createWay(5, (topic) =>
      topic === 'mine' ? reasonCodes.notAuthorized : topic === 'more' ? 0x97 : undefined,
    );
    // Of filters that were tried when an earlier session resumed.
    gate.answers.refused(reasonCodes.quotaExceeded);
    gate.append(Buffer.from([0x20, 3, 1, 0, 0]));
    gate.endPacket();
    sent.length = 0;
    send(subscribe(1, ['a', 'mine', 'more', 'b', 'mine']));
    assert.deepEqual(grantedOf(sent[0]), [0, 0x87, 0x97, 0, 0x87]);
  });

  test('UNSUBSCRIBE is answered once as well', () => {
    for (const version of [4, 5] as const) {
      const { send, sent } = createWay(version, () => undefined);
      send({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: [...topics(99), 'unknown'] });
      assert.equal(sent.length, 1);
      assert.equal(sent[0]?.messageId, 3);
      if (version === 5) {
        assert.deepEqual(grantedOf(sent[0]), [...Array<number>(99).fill(0), 0x11]);
      }
    }
  });

  test('its properties are part of each part', () => {
    const { guard } = createWay(5, () => undefined);
    const seen: unknown[] = [];
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    parser.on('packet', (packet) => {
      if (packet.cmd === 'subscribe') seen.push(packet.properties?.subscriptionIdentifier);
    });
    guard.add(
      mqttPacket.generate(subscribe(1, topics(70), { subscriptionIdentifier: 300 }), {
        protocolVersion: 5,
      }),
    );
    for (const bytes of guard.take()) parser.parse(bytes);
    assert.deepEqual(seen, [300, 300, 300]);
  });

  test('parts are checked one at a time: a mistake is found when its part is handled', () => {
    const { guard } = createWay(4, () => undefined);
    guard.add(mqttPacket.generate(subscribe(1, [...topics(64), 'x'])));
    const bytes = mqttPacket.generate(subscribe(2, topics(40)));
    bytes[bytes.length - 1] = 3;
    guard.add(bytes);
    let weight = 0;
    const turn = () => {
      weight = 0;
      return guard.take(() => weight++ === 0);
    };
    assert.equal(turn().length, 1);
    turn();
    turn();
    assert.ok(guard.hasMore);
    turn();
    assert.throws(turn, Violation);
  });
});
