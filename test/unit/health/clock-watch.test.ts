import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClockWatch, timeIsSet } from '../../../src/health/clock-watch.ts';
import { Health } from '../../../src/health/health.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function startWatch(timeIsSet: (() => boolean) | undefined) {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const health = new Health(clock, log).part('clock');
  const watch = new ClockWatch({ timeIsSet, clock, log, health });
  watch.start();
  return { watch, clock, lines, health };
}

test('reports once that the time is not set, and once that it is', () => {
  let isSet = false;
  const { watch, clock, lines, health } = startWatch(() => isSet);
  clock.advance(60_000);
  assert.equal(watch.timeIsKnown, false);
  assert.match(health.status.message, /not set yet/);
  assert.equal(health.status.state, 'ok', 'nobody has to mend a network without a time server');
  isSet = true;
  clock.advance(1000);
  assert.equal(watch.timeIsKnown, true);
  assert.equal(health.status.message, 'the time is set');
  assert.equal(lines.length, 2);
  assert.equal(clock.pending, 0, 'it looks no more');
});

test('does not keep checking where the time is known from the start', () => {
  for (const known of [undefined, () => true]) {
    const { watch, clock, lines } = startWatch(known);
    assert.equal(watch.timeIsKnown, true);
    assert.equal(clock.pending, 0);
    assert.deepEqual(lines, []);
  }
});

test('stops looking when told so', () => {
  const { watch, clock } = startWatch(() => false);
  watch.stop();
  assert.equal(clock.pending, 0);
});

test('the time is set where a clock kept it, where no service would set it, and once one has', (context) => {
  const folder = temporaryFolder(context);
  const clockOfItsOwn = join(folder, 'rtc0');
  const timeService = join(folder, 'timesync');
  const look = () => timeIsSet({ clockOfItsOwn, timeService });
  assert.equal(look(), true, 'nothing tells anything of the clock');
  mkdirSync(timeService);
  assert.equal(look(), false, 'no time server has answered');
  writeFileSync(join(timeService, 'synchronized'), '');
  assert.equal(look(), true);
  assert.equal(timeIsSet({ clockOfItsOwn, timeService: folder }), false);
  writeFileSync(clockOfItsOwn, '');
  assert.equal(timeIsSet({ clockOfItsOwn, timeService: folder }), true);
});
