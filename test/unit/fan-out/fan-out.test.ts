import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserEvent } from '../../../src/events/user-event.ts';
import { FanOut } from '../../../src/fan-out/fan-out.ts';
import { Inbox } from '../../../src/fan-out/inbox.ts';
import { createMetrics } from '../../../src/health/metrics.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { userEvent } from '../../support/events.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const accepted = (opened: number) => ({
  'session-start': 0,
  'session-stop': 0,
  'connection-open': opened,
  'connection-close': 1,
});

function setUp() {
  const clock = new ManualClock();
  const lit: UserEvent[] = [];
  const noted: UserEvent[] = [];
  const delivery = new FanOut({
    first: { accept: (event) => void lit.push(event) },
    inboxes: [],
    onFailure: (error) => assert.fail(String(error)),
    accepted: () => [accepted(2), undefined, accepted(3)],
    onUdpEvent: (event) => void noted.push(event),
    clock,
  });
  return { clock, delivery, lit, noted };
}

describe('delivery', () => {
  test('lights that throw keep the event from nobody', () => {
    const failures: unknown[] = [];
    const inbox = new Inbox({
      sink: { name: 'slack', accept: () => {} },
      capacity: 10,
      onFailure: () => {},
      log: silentLog,
    });
    const delivery = new FanOut({
      first: {
        accept: () => {
          throw new Error('no lamp');
        },
      },
      inboxes: [inbox],
      onFailure: (error) => failures.push(error),
      accepted: () => [],
      onUdpEvent: () => {},
      clock: new ManualClock(),
    });
    delivery.deliver(userEvent(), 0);
    assert.equal(inbox.length, 1);
    assert.equal(String(failures[0]), 'Error: no lamp');
  });

  test('only events that came by UDP are noted', () => {
    const { delivery, lit, noted } = setUp();
    const [own, foreign] = [userEvent({ id: 'own' }), userEvent({ id: 'foreign' })];
    delivery.deliverFromUdp(own, 0);
    delivery.deliver(foreign, 0);
    assert.deepEqual(lit, [own, foreign]);
    assert.deepEqual(noted, [own]);
  });

  test('events are counted from every place they come from', () => {
    const expected = { ...accepted(5), 'connection-close': 2 };
    assert.deepEqual(setUp().delivery.status(), { accepted: expected });
  });

  test('the time to the light goes into the first bucket that is large enough', async () => {
    const { clock, delivery } = setUp();
    clock.advance(1000);
    const now = clock.monotonicMs();
    for (const ms of [0, 0.05, 3, 400]) delivery.deliver(userEvent(), now - ms);
    const { text } = await createMetrics(delivery.metrics).render();
    const statistics = [...text.matchAll(/^blinky_light_latency_seconds_?(\S+) (\S+)$/gm)].map(
      ([, what, value]) => `${what} ${Number(Number(value).toFixed(9))}`,
    );
    assert.deepEqual(statistics, [
      'bucket{le="0.00005"} 2',
      'bucket{le="0.0001"} 2',
      'bucket{le="0.0002"} 2',
      'bucket{le="0.0005"} 2',
      'bucket{le="0.001"} 2',
      'bucket{le="0.002"} 2',
      'bucket{le="0.005"} 3',
      'bucket{le="0.01"} 3',
      'bucket{le="0.05"} 3',
      'bucket{le="+Inf"} 4',
      'sum 0.40305',
      'count 4',
    ]);
  });
});
