import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Health } from '../../src/health/health.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { RetryPauses } from '../../src/platform/retry-pauses.ts';
import { SlackSink, slackLimits } from '../../src/slack/slack-sink.ts';
import { State } from '../../src/storage/state.ts';
import { userEvent } from './events.ts';

/**
 * A program for tests that kill it: takes events as fast as they come and posts them.
 * `node slack-worker.ts STATE-DIRECTORY API-URL CHANNEL FIRST-NUMBER`: the users are called by
 * numbers from FIRST-NUMBER on. Prints `N` once the events before number N are accepted.
 */
const [directory = '', apiUrl = '', channel = '', first = '0'] = process.argv.slice(2);

const health = new Health(systemClock, silentLog);
const retry = new RetryPauses(50, 500, Math.random);
const state = new State({ directory, clock: systemClock, health: health.part('state'), retry });
await state.open();
const sink = new SlackSink({
  config: { loginNotificationChannel: channel, apiUrl, excludeUser: [] },
  token: { tokenFile: '', environmentToken: 'xoxb-stand-in' },
  state,
  clock: systemClock,
  random: Math.random,
  log: silentLog,
  health: health.part('slack'),
  outboxHealth: health.part('slack outbox'),
  pace: {
    gapMs: 5,
    firstProbeMs: 1000,
    longestProbeMs: 1000,
    credentialsLookMs: 100,
    patienceMs: 3_600_000,
  },
  limits: slackLimits,
});
await sink.start();

for (let next = Number(first); ; ) {
  const end = next + 1 + Math.floor(Math.random() * 80);
  for (; next < end; next += 1) {
    sink.accept(userEvent({ userId: `u${next}`, receivedAt: new Date().toISOString() }));
  }
  await sink.written();
  // Unbuffered: what was accepted is known even of a program that is killed now.
  writeSync(1, `${next}\n`);
  await pause(Math.random() * 4);
}
