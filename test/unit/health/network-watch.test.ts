import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parts } from '../../../src/appliance/parts.ts';
import { Health } from '../../../src/health/health.ts';
import { NetworkWatch } from '../../../src/health/network-watch.ts';
import { shownFault } from '../../../src/health/shown-fault.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

test('reports a missing network after a while, once, and its return', () => {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const health = new Health(clock, log);
  let addresses = ['10.0.0.5'];
  const watch = new NetworkWatch({
    addresses: () => addresses,
    clock,
    health: health.part('network'),
  });
  watch.start();
  clock.advance(60_000);
  addresses = [];
  clock.advance(20_000);
  assert.deepEqual(health.faults(), [], 'a cable pulled for a moment is no fault');
  clock.advance(60_000);
  assert.equal(shownFault(health.faults(), parts)?.name, 'network');
  addresses = ['10.0.0.6'];
  clock.advance(10_000);
  assert.deepEqual(health.faults(), []);
  assert.equal(lines.length, 2);
  watch.stop();
  assert.equal(clock.pending, 0);
});

test('of several faults the one with the fewest flashes shows, and only what a person must mend', () => {
  const part = (name: string, needsPerson: boolean) => ({
    part: name,
    state: 'fault' as const,
    since: '',
    message: '',
    needsPerson,
  });
  assert.equal(
    shownFault([part('web', true), part('udp', true), part('slack', true)], parts)?.name,
    'events',
  );
  assert.equal(
    shownFault([part('slack', false), part('lights', true), part('unheard of', true)], parts),
    undefined,
  );
});
