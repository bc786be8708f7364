import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Health } from '../../../src/health/health.ts';
import { LimitWatch } from '../../../src/health/limit-watch.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

test('a limit is reported once when it is reached and once when that is over', () => {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const health = new Health(clock, log);
  const watch = new LimitWatch({ clock, health: health.part('limits') });
  watch.start();
  let described = 0;
  const exceed = () =>
    watch.exceeded('clients', () => {
      described += 1;
      return { message: 'all places are taken', remedy: 'Raise the limit' };
    });
  for (let second = 0; second < 100; second += 1) {
    for (let time = 0; time < 10; time += 1) exceed();
    clock.advance(1000);
  }
  assert.equal(described, 1);
  assert.deepEqual(lines, ['error   limits: all places are taken. Raise the limit']);
  assert.equal(health.faults()[0]?.needsPerson, false);
  clock.advance(120_000);
  assert.deepEqual(lines.slice(1), [
    'info    limits: working again: within limits; refused or dropped meanwhile: 1000',
  ]);
  assert.deepEqual(health.faults(), []);
  assert.equal(clock.pending, 0, 'nothing to wait for');
});

test('two limits at a time are reported together', () => {
  const clock = new ManualClock();
  const health = new Health(clock, recordingLog().log);
  const watch = new LimitWatch({ clock, health: health.part('limits') });
  watch.exceeded('one', () => ({ message: 'one is full', remedy: 'Do this' }));
  watch.exceeded('two', () => ({ message: 'two is full', remedy: 'Do that' }));
  const [fault] = health.faults();
  assert.equal(fault?.message, 'one is full; two is full');
  assert.equal(fault?.remedy, 'Do this. Do that');
  watch.stop();
});

test('Prometheus learns how often each limit was reached, from zero', () => {
  const clock = new ManualClock();
  const { log } = recordingLog();
  const watch = new LimitWatch({ clock, health: new Health(clock, log).part('limits') });
  const statistics = () => {
    const [metric] = watch.metrics;
    return metric && 'readEach' in metric ? Object.fromEntries(metric.readEach()) : {};
  };
  assert.equal(statistics()['clients'], 0);
  const notice = () => ({ message: 'too many', remedy: 'fewer' });
  watch.exceeded('clients', notice);
  watch.exceeded('clients', notice);
  watch.exceeded('a new one', notice);
  assert.deepEqual(
    [statistics()['clients'], statistics()['a new one'], statistics()['queues']],
    [2, 1, 0],
  );
  watch.stop();
});
