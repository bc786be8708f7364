import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  connectPacket,
  type Packet,
  PacketReader,
  subscribePacket,
} from '../../../../src/web/page/mqtt-packets.js';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const hex = (packet: Uint8Array) => Buffer.from(packet).toString('hex');

/** A PUBLISH as a broker sends it. */
function publish(topic: string, payload: string, firstByte = 0x30): Uint8Array {
  const body = Buffer.concat([
    Buffer.from([topic.length >> 8, topic.length & 255]),
    Buffer.from(topic),
    Buffer.from(payload),
  ]);
  const length: number[] = [];
  for (let left = body.length; ; left >>= 7) {
    length.push((left & 127) | (left > 127 ? 128 : 0));
    if (left <= 127) break;
  }
  return Uint8Array.from([firstByte, ...length, ...body]);
}

describe('what the page sends (MQTT 3.1.1)', () => {
  test('CONNECT: protocol level 4, a clean session, no id', () => {
    assert.equal(
      hex(connectPacket(20, undefined)),
      '100c 0004 4d515454 04 02 0014 0000'.replaceAll(' ', ''),
    );
  });

  test('CONNECT with a name and a password', () => {
    assert.equal(
      hex(connectPacket(20, { name: 'é', password: 'x' })),
      '1013 0004 4d515454 04 c2 0014 0000 0002c3a9 000178'.replaceAll(' ', ''),
    );
  });

  test('SUBSCRIBE: each filter at QoS 0, in a packet of any length', () => {
    assert.equal(
      hex(subscribePacket(['a/b', 'c'])),
      '820c 0001 0003612f62 00 000163 00'.replaceAll(' ', ''),
    );
    assert.equal(hex(subscribePacket(['x'.repeat(200)])).slice(0, 6), '82cd01');
  });
});

describe('what the page reads', () => {
  test('CONNACK, SUBACK, PINGRESP and PUBLISH, in one piece', () => {
    const reader = new PacketReader();
    const all = Buffer.concat([
      bytes('2002 0000'),
      bytes('9004 0001 0080'),
      bytes('d000'),
      publish('blinky/light/green', 'ON', 0x31),
    ]);
    assert.deepEqual(reader.push(Uint8Array.from(all)), [
      { type: 'connack', code: 0 },
      { type: 'suback', codes: [0, 128] },
      { type: 'pingresp' },
      { type: 'publish', topic: 'blinky/light/green', payload: 'ON', retained: true },
    ] satisfies Packet[]);
  });

  test('packets cut anywhere come out whole and in order', () => {
    const payloads = ['', 'Åsa', 'x'.repeat(127), 'y'.repeat(20_000)];
    const all = Buffer.concat(payloads.map((payload) => publish('blinky/event', payload)));
    for (const size of [1, 2, 7, 1000]) {
      const reader = new PacketReader();
      const found: Packet[] = [];
      for (let at = 0; at < all.length; at += size) {
        found.push(...reader.push(Uint8Array.from(all.subarray(at, at + size))));
      }
      assert.deepEqual(
        found.map((packet) => packet.type === 'publish' && packet.payload),
        payloads,
      );
    }
  });

  test('a length that no packet can have is refused', () => {
    assert.throws(() => new PacketReader().push(bytes('30 ff ff ff ff ff')), /not MQTT/);
  });
});
