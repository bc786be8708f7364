import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rejections } from '../../../src/ingest/rejections.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

test('logs at most one line a second, and sums up the rest', () => {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const rejections = new Rejections(clock, log);
  for (let index = 0; index < 1000; index += 1) {
    rejections.add('unknown-command', '10.0.0.9:5', Buffer.from('x'));
    clock.advance(10);
  }
  assert.equal(rejections.counts['unknown-command'], 1000);
  assert.ok(lines.length <= 11, `${lines.length} lines in 10 s`);
  const summed = lines.map((line) => Number(/rejected (\d+) more/.exec(line)?.[1] ?? 0));
  clock.advance(2000);
  rejections.stop();
  const lastSum = Number(/rejected (\d+) more/.exec(lines.at(-1) ?? '')?.[1] ?? 0);
  const known = lines.length > summed.length ? lastSum : 0;
  assert.equal(summed.reduce((a, b) => a + b, 0) + known + 1, 1000);
  assert.equal(clock.pending, 0);
});

test('shows the sender and the beginning of the datagram, harmlessly', () => {
  const { log, lines } = recordingLog();
  const rejections = new Rejections(new ManualClock(), log);
  rejections.add(
    'unknown-prefix',
    '10.0.0.9:5',
    Buffer.from(`/x/\n\x1b[31m2026 error forged${'y'.repeat(500)}`),
  );
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? '',
    /^warn {4}rejected a datagram from 10\.0\.0\.9:5: .*\(5\d\d bytes: "\/x\/ \[31m/,
  );
  assert.ok((lines[0] ?? '').length < 250);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
  assert.doesNotMatch(lines[0] ?? '', /[\x00-\x1f]/);
});
