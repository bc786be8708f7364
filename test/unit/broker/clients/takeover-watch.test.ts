import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TakeoverWatch } from '../../../../src/broker/clients/takeover-watch.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLog } from '../../../support/recording-log.ts';

test('two clients with one id: logged once when it starts and once when it ends', () => {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const watch = new TakeoverWatch({ clock, log });
  const flap = (times: number) => {
    for (let time = 0; time < times; time += 1) watch.takenOver('lamp', '10.0.0.7');
  };

  flap(5);
  clock.advance(60_000);
  flap(5);
  assert.deepEqual(lines, [], 'a bad network');

  flap(10);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /two clients use the client id lamp, one of them at 10\.0\.0\.7, /);
  clock.advance(60_000);
  flap(1);
  clock.advance(60_000);
  assert.equal(lines.length, 1, 'it goes on');
  clock.advance(60_000);
  assert.match(lines[1] ?? '', /only one client uses the client id lamp now/);
  clock.advance(600_000);
  assert.equal(lines.length, 2);
});
