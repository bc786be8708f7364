import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword } from '../../../src/access/password.ts';
import type { Programs } from '../../bench/programs.ts';
import { freeTcpPort } from '../../bench/targets/ports.ts';
import { guessedUser } from '../../support/strangers/guesses.ts';
import { signalAfter } from '../../support/strangers/signal-after.ts';
import { type RunningAppliance, startAppliance } from '../appliance.ts';
import type { SoakOptions } from '../options.ts';
import { rest } from '../rest.ts';
import { SlackChannel } from '../slack-channel.ts';
import { describeMoment, momentHeader } from './attack-report.ts';
import type { AttackRun, Life } from './attack-verdict.ts';
import { Bystanders } from './bystanders.ts';
import { LampWatch } from './lamp-watch.ts';
import { MarkedEvents, markedScript } from './marked-events.ts';
import { figuresOf } from './process-figures.ts';
import { SignedInSubscriber, signedInClientId } from './signed-in-subscriber.ts';
import { startStrangers } from './strangers.ts';

const bystanderCount = 5;
const password = 'correct horse battery staple';
/** The lamps test themselves after the start, ms. */
const lampTestMs = 2000;
/** How long what was accepted may take to arrive when the attack is over, ms. */
const drainWithinMs = 60_000;
/** What has not arrived when nothing else has for so long, is lost, ms. */
const drainQuietMs = 10_000;
const sampleEveryMs = 1000;

/** Runs the appliance for a while under attack, then stops it, starts it, and looks what is missing. */
export async function attackSoak(
  { minutes, rate, attacks }: SoakOptions,
  command: readonly string[],
  programs: Programs,
): Promise<AttackRun> {
  const totalMs = minutes * 60_000;
  const quietMs = Math.min(20_000, Math.max(3000, totalMs / 6));
  const folder = mkdtempSync(join(tmpdir(), 'blinky-soak-'));
  const slack = new SlackChannel(markedScript);
  await slack.open();
  const lamps = new LampWatch();
  const over = new AbortController();
  try {
    const configFile = await writeConfig(folder);
    const tlsPort = await freeTcpPort();
    const start = (ports?: RunningAppliance['ports']) =>
      timed(() =>
        startAppliance(programs, command, folder, slack, {
          options: ['--config', configFile],
          settings: ['brokerConfig.tls.enable=true', `brokerConfig.tls.port=${tlsPort}`],
          onLine: lamps.read,
          ...(ports && { ports }),
        }),
      );
    const [firstStartMs, appliance] = await start();
    const { ports, program } = appliance;
    const events = new MarkedEvents(ports.udp, rate);
    const subscriber = new SignedInSubscriber(ports.mqtt, { userName: guessedUser, password });
    const bystanders = new Bystanders({
      mqttPort: ports.mqtt,
      count: bystanderCount,
      sentAt: events.sentAt,
    });
    let staying: Promise<void> = Promise.resolve();
    await new Promise<void>((resolve) => {
      staying = bystanders.run(over.signal, resolve);
    });
    await subscriber.join(over.signal);
    await rest(lampTestMs, over.signal);
    await events.run(signalAfter(quietMs, over.signal));
    const quietEvents = events.sent;
    const before = figuresOf(program.pid);

    const strangers = await startStrangers(attacks, {
      target: { host: '127.0.0.1', mqttPort: ports.mqtt, webPort: ports.web, tlsPort },
      seconds: totalMs / 1000 + 60,
      clientIds: [signedInClientId],
    });
    const ending = signalAfter(totalMs, over.signal);
    let died = false;
    let isStopping = false;
    let honest: AttackRun['bystanders'] | undefined;
    let latest = before;
    let unanswered = 0;
    void program.ended.then(() => {
      died = !isStopping;
      if (died) over.abort();
    });
    const observe = async () => {
      const startedAt = performance.now();
      let minutesTold = 0;
      console.log(momentHeader);
      while (!ending.aborted) {
        await rest(sampleEveryMs, ending);
        latest = figuresOf(program.pid) ?? latest;
        const elapsedMs = performance.now() - startedAt;
        if (Math.floor(elapsedMs / 60_000) === minutesTold) continue;
        minutesTold = Math.floor(elapsedMs / 60_000);
        unanswered += await appliance.metrics().then(
          () => 0,
          () => 1,
        );
        const first = Math.max(0, events.sent - 60 * rate);
        console.log(
          describeMoment(minutesTold, {
            sent: events.sent,
            peakMb: latest?.peakMb ?? 0,
            lampDelays: lamps.delays(events.sentAt, first, events.sent - rate),
            subscriberDelays: bystanders.delays.slice(first),
            signedIn: subscriber.arrivals.count,
          }),
        );
      }
    };
    const longestMs = Math.min(15_000, Math.max(1500, totalMs / 8));
    await Promise.all([observe(), events.run(ending), subscriber.comeAndGo(longestMs, ending)]);
    const reports = await strangers.reports();
    const attackedEvents = events.sent;

    // It waits for what comes while its user is away, over the stop and the start.
    let stopMs = 0;
    let accepted: number | undefined;
    if (!died) {
      await subscriber.leave();
      await events.run(signalAfter(2000, over.signal));
      await rest(500, over.signal);
      latest = figuresOf(program.pid) ?? latest;
      const metrics = await appliance.metrics().catch(() => undefined);
      if (!metrics) unanswered += 1;
      accepted = metrics && acceptedBy(metrics);
      const stoppingAt = performance.now();
      isStopping = true;
      honest = { cutOffs: bystanders.cutOffs, refusals: bystanders.refusals };
      void program.stop();
      await program.ended;
      stopMs = performance.now() - stoppingAt;
    }
    await strangers.stop();
    const life: Life = {
      died,
      lastWords: died ? lastWordsOf(program.said()) : '',
      events: events.sent,
      peakMb: latest?.peakMb ?? 0,
      writtenBytes: (latest?.writtenBytes ?? 0) - (before?.writtenBytes ?? 0),
    };

    let restartMs: number | undefined;
    try {
      const [ms] = await start(ports);
      restartMs = ms;
      const joining = signalAfter(drainWithinMs / 2);
      await subscriber.join(joining);
      await drained(accepted ?? events.sent, subscriber, slack);
      await subscriber.leave();
    } catch (error) {
      life.lastWords += `\nafter the start: ${error instanceof Error ? error.message : error}`;
    }
    slack.look();
    over.abort();
    await staying;
    return {
      attacks,
      life,
      firstStartMs,
      stopMs,
      restartMs,
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
      attackedEvents: events.sent - quietEvents,
      signedIn: {
        sessionsLost: subscriber.sessionsLost,
        cutOffs: subscriber.cutOffs,
        refusals: subscriber.refusals,
        firstRefusal: subscriber.firstRefusal,
      },
      bystanders: honest ?? { cutOffs: bystanders.cutOffs, refusals: bystanders.refusals },
      metricsUnanswered: unanswered,
      reports,
    };
  } finally {
    over.abort();
    await programs.stopAll();
    await slack.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves when everything has arrived, or nothing more does. */
async function drained(
  wanted: number,
  subscriber: SignedInSubscriber,
  slack: SlackChannel,
): Promise<void> {
  const draining = signalAfter(drainWithinMs);
  let quietSince = performance.now();
  let before = -1;
  while (!draining.aborted && performance.now() - quietSince < drainQuietMs) {
    slack.look();
    const arrived = [subscriber.arrivals.count, slack.arrivals.count] as const;
    if (Math.min(...arrived) >= wanted) return;
    const sum = arrived[0] + arrived[1];
    if (sum !== before) quietSince = performance.now();
    before = sum;
    await rest(200, draining);
  }
}

async function writeConfig(folder: string): Promise<string> {
  const file = join(folder, 'blinky.yaml');
  const hash = await hashPassword(password);
  const user = `{ name: ${guessedUser}, passwordHash: "${hash}" }`;
  writeFileSync(file, `Butler:\n  brokerConfig:\n    access:\n      users: [${user}]\n`);
  return file;
}

/** What the program said, without the lights and the addresses of V8's stack. */
const lastWordsOf = (said: string): string =>
  said
    .split('\n')
    .filter((line) => line.trim() !== '' && !/light (?:on|off)$|^ ?\d+: 0x/.test(line))
    .join('\n');

async function timed<Value>(work: () => Promise<Value>): Promise<[ms: number, value: Value]> {
  const startedAt = performance.now();
  const value = await work();
  return [performance.now() - startedAt, value];
}

const acceptedBy = (metrics: ReadonlyMap<string, number>): number =>
  [...metrics]
    .filter(([name]) => name.startsWith('blinky_events_total'))
    .reduce((sum, [, value]) => sum + value, 0);
