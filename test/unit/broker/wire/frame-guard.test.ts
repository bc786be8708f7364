import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { FrameGuard } from '../../../../src/broker/wire/frame-guard.ts';
import { reasonCodes, Violation } from '../../../../src/broker/wire/packet-reader.ts';

type Version = 3 | 4 | 5;

const limits = { packetBytes: 4096, topicBytes: 64, topicLevels: 8 };

const connect = (more: object = {}, protocolVersion: Version = 4) =>
  mqttPacket.generate(
    {
      cmd: 'connect',
      protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion,
      clientId: 'a client',
      clean: true,
      keepalive: 60,
      ...more,
    },
    { protocolVersion },
  );

/** A guard that has received a CONNECT. */
function connected(protocolVersion: Version = 4): FrameGuard {
  const guard = new FrameGuard(limits, () => 'pass');
  guard.add(connect({}, protocolVersion)).take();
  return guard;
}

/** The reason code with which the bytes are refused; undefined if they pass. */
function refusal(guard: FrameGuard, bytes: Uint8Array): number | undefined {
  try {
    const passed = Buffer.concat(guard.add(Buffer.from(bytes)).take());
    assert.deepEqual(passed, Buffer.from(bytes), 'whole packets pass as they came');
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return error.reasonCode;
    throw error;
  }
}

const text = (value: string | Uint8Array) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

/** A packet with its fixed header. */
function packet(firstByte: number, ...fields: (Uint8Array | readonly number[])[]): Buffer {
  const body = Buffer.concat(fields.map((field) => Buffer.from(field)));
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([firstByte, ...length]), body]);
}

const { malformedPacket, protocolError, topicNameInvalid, packetTooLarge } = reasonCodes;

describe('the guard in front of the broker', () => {
  for (const version of [3, 4, 5] as const) {
    test(`everything that an MQTT version ${version} client may send passes`, () => {
      const guard = connected(version);
      const generate = (one: mqttPacket.Packet) =>
        mqttPacket.generate(one, { protocolVersion: version });
      const message = { cmd: 'publish', topic: 'a/b', payload: 'x', retain: false } as const;
      for (const one of [
        generate({ ...message, qos: 0, dup: false }),
        generate({ ...message, qos: 1, dup: true, messageId: 1 }),
        generate({ ...message, qos: 2, dup: false, messageId: 2, retain: true }),
        generate({
          ...message,
          qos: 1,
          dup: false,
          messageId: 3,
          properties: {
            responseTopic: 'answer/here',
            correlationData: Buffer.from([0, 255]),
            userProperties: { a: ['1', '2'] },
            messageExpiryInterval: 10,
            payloadFormatIndicator: true,
            contentType: 'text/plain',
            topicAlias: 3,
          },
        }),
        generate({
          cmd: 'subscribe',
          messageId: 4,
          subscriptions: ['#', '+', '+/a/#', '$SYS/#'].map((topic) => ({ topic, qos: 2 })),
        }),
        generate({ cmd: 'unsubscribe', messageId: 5, unsubscriptions: ['a/+/b'] }),
        ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((cmd) =>
          generate({ cmd, messageId: 6 }),
        ),
        generate({ cmd: 'pingreq' }),
        generate({ cmd: 'disconnect' }),
      ]) {
        assert.equal(refusal(guard, one), undefined, one.toString('hex'));
      }
    });
  }

  test('a CONNECT passes alone; what follows it waits', () => {
    const guard = new FrameGuard(limits, () => 'pass');
    const ping = mqttPacket.generate({ cmd: 'pingreq' });
    assert.deepEqual(guard.add(Buffer.concat([connect(), ping])).take(), [connect()]);
    assert.ok(guard.hasMore);
    assert.deepEqual(guard.take(), [ping]);
  });

  test('the first packet must be a CONNECT, and there must not be another', () => {
    const guard = new FrameGuard(limits, () => 'pass');
    assert.equal(refusal(guard, mqttPacket.generate({ cmd: 'pingreq' })), protocolError);
    assert.equal(refusal(guard, Buffer.from('GET / HTTP/1.1\r\n')), protocolError);
    assert.equal(refusal(connected(), connect()), protocolError);
  });

  test('an oversized packet is refused at its header', () => {
    const guard = new FrameGuard(limits, () => 'pass');
    // 64 MB announced before the client is identified.
    assert.equal(refusal(guard, Buffer.from([0x10, 0x80, 0x80, 0x80, 0x20])), packetTooLarge);
    assert.equal(refusal(connected(), Buffer.from([0x30, 0x80, 0x80, 0x80, 0x20])), packetTooLarge);
    const largest = (bytes: number) => packet(0x30, text('a'), Buffer.alloc(bytes - 6));
    assert.equal(refusal(connected(), largest(limits.packetBytes)), undefined);
    assert.equal(refusal(connected(), largest(limits.packetBytes + 1)), packetTooLarge);
  });

  const refused: [string, Buffer, number][] = [
    ['a length of five bytes', Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 1]), malformedPacket],
    ['a length with a byte too many', Buffer.from([0xc0, 0x80, 0]), malformedPacket],
    ['QoS 3', packet(0x36, text('a'), [0, 1]), malformedPacket],
    ['a QoS 0 duplicate', packet(0x38, text('a')), malformedPacket],
    ['packet identifier 0', packet(0x32, text('a'), [0, 0]), protocolError],
    ['no packet identifier', packet(0x32, text('a')), malformedPacket],
    ['a topic longer than its packet', packet(0x30, [0, 9, 97]), malformedPacket],
    ['an empty topic', packet(0x30, text('')), topicNameInvalid],
    ['a topic with a wildcard', packet(0x30, text('a/#')), topicNameInvalid],
    ['a topic with NUL', packet(0x30, text('a\0')), malformedPacket],
    ['a topic with a control character', packet(0x30, text('a\u009b')), malformedPacket],
    ['a topic of 0xff', packet(0x30, text(Buffer.alloc(60, 255))), malformedPacket],
    ['an encoded surrogate', packet(0x30, text(Buffer.from([0xed, 0xa0, 0x80]))), malformedPacket],
    ['a topic that is too long', packet(0x30, text('x'.repeat(65))), topicNameInvalid],
    ['a topic that is too deep', packet(0x30, text('a/'.repeat(8))), topicNameInvalid],
    ...['a+', '+a', 'a/+b', 'b+/c', 'a#', '#/a', '', 'a/##'].map(
      (filter): [string, Buffer, number] => [
        `the filter ${JSON.stringify(filter)}`,
        packet(0x82, [0, 1], text(filter), [0]),
        topicNameInvalid,
      ],
    ),
    ['a subscription at QoS 3', packet(0x82, [0, 1], text('a'), [3]), malformedPacket],
    ['options before MQTT 5', packet(0x82, [0, 1], text('a'), [4]), malformedPacket],
    ['a SUBSCRIBE with nothing', packet(0x82, [0, 1]), protocolError],
    ['reserved flags', packet(0x80, [0, 1], text('a'), [0]), malformedPacket],
    ['a PINGREQ with a body', packet(0xc0, [0]), malformedPacket],
    ['a packet of type 0', packet(0, []), protocolError],
    ['a packet only brokers send', packet(0x20, [0, 0]), protocolError],
    ['bytes behind a PUBACK', packet(0x40, [0, 1, 0]), malformedPacket],
  ];
  for (const [name, bytes, reasonCode] of refused) {
    test(`${name} is refused`, () => assert.equal(refusal(connected(), bytes), reasonCode));
  }

  const refusedConnects: [string, Buffer, number][] = [
    ['an unknown protocol', packet(0x10, text('MQTX'), [4, 2, 0, 0], text('id')), 0x84],
    ['version 6', packet(0x10, text('MQTT'), [6, 2, 0, 0], text('id')), 0x84],
    ['the reserved flag', packet(0x10, text('MQTT'), [4, 3, 0, 0], text('id')), malformedPacket],
    ['a will at QoS 3', packet(0x10, text('MQTT'), [4, 0x1e, 0, 0], text('id')), malformedPacket],
    [
      'a will without a will',
      packet(0x10, text('MQTT'), [4, 0x0a, 0, 0], text('id')),
      malformedPacket,
    ],
    [
      'a will for a wildcard',
      packet(0x10, text('MQTT'), [4, 6, 0, 0], text('id'), text('w/#'), text('')),
      topicNameInvalid,
    ],
    [
      'an empty topic of a will',
      packet(0x10, text('MQTT'), [4, 6, 0, 0], text('id'), text(''), text('')),
      topicNameInvalid,
    ],
    ['no id for a session', packet(0x10, text('MQTT'), [4, 0, 0, 0], text('')), 0x85],
    ['no id in MQTT 3.1', packet(0x10, text('MQIsdp'), [3, 2, 0, 0], text('')), 0x85],
    [
      'bytes at the end',
      packet(0x10, text('MQTT'), [4, 2, 0, 0], text('id'), [1]),
      malformedPacket,
    ],
    [
      'a Receive Maximum of 0',
      packet(0x10, text('MQTT'), [5, 2, 0, 0, 3, 33, 0, 0], text('id')),
      protocolError,
    ],
    [
      'a property of PUBLISH',
      packet(0x10, text('MQTT'), [5, 2, 0, 0, 3, 35, 0, 1], text('id')),
      protocolError,
    ],
    [
      'a property given twice',
      packet(0x10, text('MQTT'), [5, 2, 0, 0, 6, 33, 0, 1, 33, 0, 1], text('id')),
      protocolError,
    ],
  ];
  for (const [name, bytes, reasonCode] of refusedConnects) {
    test(`a CONNECT with ${name} is refused`, () => {
      assert.equal(refusal(new FrameGuard(limits, () => 'pass'), bytes), reasonCode);
    });
  }

  test('however the bytes are split, the same packets come out, and only a Violation is ever thrown', () => {
    const valid = Buffer.concat([
      connect({ will: { topic: 'w', payload: Buffer.from('bye'), qos: 1, retain: true } }),
      packet(0x30, text('a/b'), Buffer.alloc(300, 1)),
      packet(0x82, [0, 1], text('#'), [1]),
      packet(0xc0),
    ]);
    const damage = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 });
    const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
    const run = (bytes: Buffer, sizes: readonly number[]) => {
      const guard = new FrameGuard(limits, () => 'pass');
      const out: Buffer[] = [];
      try {
        for (let at = 0, turn = 0; at < bytes.length || guard.hasMore; turn += 1) {
          const end = at + (sizes[turn % sizes.length] ?? 1);
          out.push(...guard.add(Buffer.from(bytes.subarray(at, end))).take());
          at = Math.min(end, bytes.length);
        }
        return Buffer.concat(out).toString('hex');
      } catch (error) {
        assert.ok(error instanceof Violation);
        return undefined;
      }
    };
    assert.equal(run(valid, [1]), valid.toString('hex'));
    fc.assert(
      fc.property(damage, cuts, (changes, sizes) => {
        const bytes = Buffer.from(valid);
        for (const [at, value] of changes) bytes[at] = value;
        const whole = run(bytes, [bytes.length]);
        const inPieces = run(bytes, sizes);
        assert.equal(inPieces, whole);
      }),
      { seed: 20261124, numRuns: 3000 },
    );
  });
});
