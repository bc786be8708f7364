import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createMetrics, type Metric } from '../../../src/health/metrics.ts';
import { processMetrics } from '../../../src/health/process-metrics.ts';
import { Rejections } from '../../../src/ingest/rejections.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const metrics = (more: readonly Metric[] = []) =>
  createMetrics([...processMetrics('1.2.3'), ...more]);

test('a summary has its quantiles, its sum and its count', async () => {
  const { text } = await metrics([
    {
      type: 'summary',
      name: 'blinky_made_up_seconds',
      help: 'Made up',
      readSummary: () => ({ quantiles: [['0.5', 2]], sum: 30, count: 12 }),
    },
  ]).render();
  assert.match(
    text,
    /^# TYPE blinky_made_up_seconds summary\nblinky_made_up_seconds\{quantile="0.5"\} 2\nblinky_made_up_seconds_sum 30\nblinky_made_up_seconds_count 12$/m,
  );
});

test('a histogram has its buckets, each with all that was less, its sum and its count', async () => {
  const { text } = await metrics([
    {
      type: 'histogram',
      name: 'blinky_made_up_seconds',
      help: 'Made up',
      readHistogram: () => ({
        buckets: [
          [0.00005, 1],
          [0.01, 3],
        ],
        sum: 30,
        count: 4,
      }),
    },
  ]).render();
  assert.match(
    text,
    /^# TYPE blinky_made_up_seconds histogram\nblinky_made_up_seconds_bucket\{le="0\.00005"\} 1\nblinky_made_up_seconds_bucket\{le="0\.01"\} 3\nblinky_made_up_seconds_bucket\{le="\+Inf"\} 4\nblinky_made_up_seconds_sum 30\nblinky_made_up_seconds_count 4$/m,
  );
});

test('says what runs', async () => {
  const { text } = await metrics().render();
  const { node } = process.versions;
  assert.ok(
    text.includes(`blinky_build_info{version="1.2.3",node="${node}",arch="${process.arch}"} 1`),
    text,
  );
});

test('rejections have a series for each reason, from zero', async () => {
  const rejections = new Rejections(new ManualClock(), silentLog);
  for (let times = 0; times < 2; times += 1) rejections.add('empty', '10.0.0.5:1', Buffer.of());
  const { text } = await metrics(rejections.metrics).render();
  rejections.stop();
  assert.match(text, /^blinky_datagrams_rejected_total\{reason="empty"\} 2$/m);
  assert.match(text, /^blinky_datagrams_rejected_total\{reason="missing-user"\} 0$/m);
});

test('the delay of the event loop is a summary that grows; the start stays where it is', async () => {
  const rendered = metrics();
  const value = async (name: string) => {
    const { text } = await rendered.render();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  };
  assert.equal(await value('blinky_event_loop_delay_seconds_count'), 0);
  const start = await value('process_start_time_seconds');
  assert.ok(Math.abs(Date.now() / 1000 - process.uptime() - start) < 3);
  let before = 0;
  for (let reading = 0; reading < 2; reading += 1) {
    await pause(200);
    const count = await value('blinky_event_loop_delay_seconds_count');
    assert.ok(count > before, `${count} samples after ${before}`);
    before = count;
    assert.equal(await value('process_start_time_seconds'), start);
  }
});
