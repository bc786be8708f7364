import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Programs } from '../../bench/programs.ts';
import { signalAfter } from '../../support/strangers/signal-after.ts';
import { acceptedBy } from '../appliance.ts';
import type { SoakOptions } from '../options.ts';
import { rest } from '../rest.ts';
import { describeMoment, momentHeader } from './attack-report.ts';
import type { AttackRun } from './attack-verdict.ts';
import { type ProcessStatistics, statisticsOf } from './process-statistics.ts';
import { type Setup, setUp } from './setup.ts';
import { signedInClientId } from './signed-in-subscriber.ts';
import { type Reports, startStrangers } from './strangers.ts';

/** How long what was accepted may take to arrive when the attack is over, ms. */
const drainWithinMs = 60_000;
/** What has not arrived when nothing else has for so long, is lost, ms. */
const drainQuietMs = 10_000;
const sampleEveryMs = 1000;
/** How long a datagram may wait in the socket of a program that is busy, ms. */
const acceptWithinMs = 10_000;
/** Events that come while the signed-in subscriber is away, before the stop, ms. */
const awayBeforeStopMs = 2000;

const between = (least: number, value: number, most: number) =>
  Math.min(most, Math.max(least, value));

/** Runs the appliance for a while under attack, then stops it, starts it, and looks what is missing. */
export async function attackSoak(
  options: SoakOptions,
  command: readonly string[],
  programs: Programs,
): Promise<AttackRun> {
  const folder = mkdtempSync(join(tmpdir(), 'blinky-soak-'));
  const setup = await setUp({ programs, command, folder, rate: options.rate });
  try {
    return await runAttack(options, setup);
  } finally {
    await setup.leave();
    await programs.stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runAttack({ minutes, attacks }: SoakOptions, setup: Setup): Promise<AttackRun> {
  const { appliance, events, subscriber, bystanders, lamps, slack, over } = setup;
  const totalMs = minutes * 60_000;
  await events.run(signalAfter(between(3000, totalMs / 6, 20_000), over.signal));
  const quietEvents = events.sent;
  const before = statisticsOf(appliance.program.pid);

  const strangers = await startStrangers(attacks, {
    target: setup.target,
    seconds: totalMs / 1000 + 60,
    clientIds: [signedInClientId],
  });
  let latest = before;
  let metricsUnanswered = 0;
  let reports: Reports = {};
  let accepted: number | undefined;
  let honest = { cutOffs: 0, refusals: 0 };
  let stopMs = 0;
  try {
    const ending = signalAfter(totalMs, over.signal);
    await Promise.all([
      observe(setup, ending, (statistics) => {
        latest = statistics;
      }).then((unanswered) => {
        metricsUnanswered = unanswered;
      }),
      events.run(ending),
      subscriber.comeAndGo(between(1500, totalMs / 8, 15_000), ending),
    ]);
    reports = await strangers.reports();
    // What comes from here on waits for the subscriber, over the stop and the start.
    await subscriber.leave();
    await events.run(signalAfter(awayBeforeStopMs, over.signal));
    await rest(500, over.signal);
    latest = statisticsOf(appliance.program.pid) ?? latest;
    accepted = await settledAccepted(setup);
    if (accepted === undefined && !setup.died) metricsUnanswered += 1;
    honest = { cutOffs: bystanders.cutOffs, refusals: bystanders.refusals };
    stopMs = await setup.stop();
  } finally {
    await strangers.stop();
  }
  const attackedEvents = events.sent;
  const restarted = await startAgain(setup, accepted ?? events.sent);
  return {
    life: {
      died: setup.died,
      lastWords: [setup.lastWords, restarted.fault].filter((text) => text !== '').join('\n'),
      events: attackedEvents,
      peakMb: latest?.peakMb ?? 0,
      writtenBytes: (latest?.writtenBytes ?? 0) - (before?.writtenBytes ?? 0),
    },
    firstStartMs: setup.firstStartMs,
    stopMs,
    restartMs: restarted.ms,
    counts: {
      sent: events.sent,
      accepted: accepted ?? events.sent,
      signedIn: subscriber.arrivals.count,
      bystander: bystanders.arrivals.count,
      slack: slack.arrivals.count,
    },
    quiet: {
      lamp: lamps.delays(events.sentAt, 0, quietEvents),
      subscriber: bystanders.delays.slice(0, quietEvents),
    },
    attacked: {
      lamp: lamps.delays(events.sentAt, quietEvents, attackedEvents),
      subscriber: bystanders.delays.slice(quietEvents, attackedEvents),
    },
    attackedEvents: attackedEvents - quietEvents,
    signedIn: subscriber,
    bystanders: honest,
    metricsUnanswered,
    reports,
  };
}

/** How many events were accepted, once it is all that were sent, or no more come. */
async function settledAccepted({ appliance, events, over }: Setup): Promise<number | undefined> {
  const settling = signalAfter(acceptWithinMs, over.signal);
  let accepted: number | undefined;
  do {
    accepted = await appliance.metrics().then(acceptedBy, () => undefined);
    if (accepted === undefined || accepted >= events.sent) break;
    await rest(500, settling);
  } while (!settling.aborted);
  return accepted;
}

/** Prints how it is going every minute; resolves with how often the page did not answer. */
async function observe(
  { appliance, events, bystanders, lamps, subscriber, rate }: Setup,
  ending: AbortSignal,
  onStatistics: (statistics: ProcessStatistics) => void,
): Promise<number> {
  const startedAt = performance.now();
  let minute = 0;
  let unanswered = 0;
  console.log(momentHeader);
  while (!ending.aborted) {
    await rest(sampleEveryMs, ending);
    const statistics = statisticsOf(appliance.program.pid);
    if (!statistics) continue;
    onStatistics(statistics);
    const elapsed = Math.floor((performance.now() - startedAt) / 60_000);
    if (elapsed === minute) continue;
    minute = elapsed;
    await appliance.metrics().catch(() => {
      unanswered += 1;
    });
    const first = Math.max(0, events.sent - 60 * rate);
    console.log(
      describeMoment(minute, {
        sent: events.sent,
        peakMb: statistics.peakMb,
        lampDelays: lamps.delays(events.sentAt, first, events.sent - rate),
        subscriberDelays: bystanders.delays.slice(first),
        signedIn: subscriber.arrivals.count,
      }),
    );
  }
  return unanswered;
}

/** Starts the program with what the attack has left on disk, and waits for what is missing. */
async function startAgain(
  setup: Setup,
  wanted: number,
): Promise<{ readonly ms: number | undefined; readonly fault: string }> {
  let ms: number | undefined;
  try {
    ms = await setup.start();
  } catch (error) {
    return { ms, fault: `after the start: ${error instanceof Error ? error.message : error}` };
  }
  const { subscriber, slack } = setup;
  const draining = signalAfter(drainWithinMs);
  await subscriber.join(draining);
  let quietSince = performance.now();
  let before = -1;
  while (!draining.aborted && performance.now() - quietSince < drainQuietMs) {
    slack.look();
    const arrived = [subscriber.arrivals.count, slack.arrivals.count] as const;
    if (Math.min(...arrived) >= wanted) break;
    const sum = arrived[0] + arrived[1];
    if (sum !== before) quietSince = performance.now();
    before = sum;
    await rest(200, draining);
  }
  await subscriber.leave();
  return { ms, fault: '' };
}
