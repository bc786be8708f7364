import assert from 'node:assert/strict';
import { test } from 'node:test';
import mqttPacket from 'mqtt-packet';
import { publishPacket } from '../../../../src/broker/wire/publish-frames.ts';

test('writes the same bytes as the general library', () => {
  const lengths = [0, 1, 100, 120, 127, 128, 129, 16_370, 16_383, 16_384, 2_097_151, 2_097_152];
  for (const topic of ['a', 'qliksense/connection/open', 'köln/løp/😀']) {
    for (const length of lengths) {
      const payload = Buffer.alloc(length, 'x');
      for (const retain of [false, true]) {
        for (const protocolVersion of [4, 5]) {
          const written = publishPacket({ topic, payload, retain }, protocolVersion === 5);
          const expected = mqttPacket.generate(
            { cmd: 'publish', topic, payload, retain, qos: 0, dup: false },
            { protocolVersion },
          );
          assert.ok(written.equals(expected), `${topic}, ${length} bytes, ${protocolVersion}`);
        }
      }
    }
  }
});
