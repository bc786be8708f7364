import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createEventLoopDelay } from '../../../src/health/event-loop-delay.ts';

/** Time for some samples, ms. */
const sampling = 100;

test('a blocked event loop shows in the longest delay, from the first reading on', async () => {
  const delay = createEventLoopDelay();
  assert.deepEqual(delay.read(), [
    ['0.5', 0],
    ['0.99', 0],
    ['1', 0],
  ]);
  await pause(sampling);
  const until = performance.now() + 200;
  while (performance.now() < until);
  await pause(sampling);
  const longest = delay.read().find(([quantile]) => quantile === '1')?.[1] ?? 0;
  assert.ok(longest > 0.15 && longest < 60, `${longest} s`);
});
