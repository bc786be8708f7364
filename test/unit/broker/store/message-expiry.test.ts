import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MessageExpiry } from '../../../../src/broker/store/message-expiry.ts';
import type { MessagePacket } from '../../../../src/broker/store/stored-packets.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const message = (messageExpiryInterval?: number, messageExpiry?: number): MessagePacket => ({
  topic: 'a',
  payload: 'x',
  qos: 1,
  ...(messageExpiryInterval !== undefined && { properties: { messageExpiryInterval } }),
  ...(messageExpiry !== undefined && { messageExpiry }),
});

const secondsLeft = (expiry: MessageExpiry, packet: MessagePacket) =>
  expiry.currentProperties(packet)?.['messageExpiryInterval'];

const noon = '2026-11-23T12:00:00.000Z';
const laterThanNoon = (seconds: number) => Date.parse(noon) + seconds * 1000;

describe('the expiry of messages', () => {
  test('a message without an interval never expires', () => {
    const clock = new ManualClock(noon);
    const expiry = new MessageExpiry(clock);
    const packet = message();
    expiry.begin(packet);
    clock.advance(1e12);
    assert.equal(expiry.isExpired(packet), false);
    assert.equal(expiry.currentProperties(packet), undefined);
    assert.equal(packet.messageExpiry, undefined);
  });

  test('the interval shrinks with the wait, and the message itself is unchanged', () => {
    const clock = new ManualClock(noon);
    const expiry = new MessageExpiry(clock);
    const packet = message(10);
    expiry.begin(packet);
    assert.equal(packet.messageExpiry, laterThanNoon(10));
    clock.advance(3500);
    assert.equal(secondsLeft(expiry, packet), 7);
    assert.equal(packet.properties?.['messageExpiryInterval'], 10);
    clock.advance(6499);
    assert.equal(expiry.isExpired(packet), false);
    clock.advance(1);
    assert.equal(expiry.isExpired(packet), true);
    assert.equal(secondsLeft(expiry, packet), 0);
  });

  test('with an interval of 0 it is not kept', () => {
    const expiry = new MessageExpiry(new ManualClock(noon));
    const packet = message(0);
    expiry.begin(packet);
    assert.equal(expiry.isExpired(packet), true);
  });

  test('a jump of the time of day has no effect while the program runs', () => {
    const clock = new ManualClock('1970-01-01T00:00:05.000Z');
    const jumping = {
      monotonicMs: () => clock.monotonicMs(),
      schedule: clock.schedule.bind(clock),
      now: () => (clock.monotonicMs() < 1000 ? clock.now() : new Date(noon)),
    };
    const expiry = new MessageExpiry(jumping);
    const packet = message(10);
    expiry.begin(packet);
    clock.advance(2000);
    assert.equal(expiry.isExpired(packet), false);
    assert.equal(secondsLeft(expiry, packet), 8);
  });

  describe('across a restart', () => {
    const resumed = (now: string, packet: MessagePacket) => {
      const expiry = new MessageExpiry(new ManualClock(now));
      expiry.resume(packet);
      return expiry.isExpired(packet) ? 'expired' : secondsLeft(expiry, packet);
    };
    const cases: readonly [string, string, MessagePacket, number | 'expired'][] = [
      ['the time of day counts', noon, message(100, laterThanNoon(40)), 40],
      ['what is over is over', noon, message(100, laterThanNoon(-1)), 'expired'],
      [
        'a clock set back gives no more than the interval',
        noon,
        message(10, laterThanNoon(999)),
        10,
      ],
      ['no clock when it came', noon, message(100, 160_000), 100],
      ['no clock now', '1970-01-01T00:01:00.000Z', message(100, laterThanNoon(40)), 100],
    ];
    for (const [name, now, packet, expected] of cases) {
      test(name, () => assert.equal(resumed(now, packet), expected));
    }
  });
});
