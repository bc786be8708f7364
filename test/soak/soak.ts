// `npm run soak`: runs the appliance for long, with everything going on at once, and tells whether
// it lost anything or grew.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Programs } from '../bench/programs.ts';
import { applianceCommand, programCommand } from '../bench/targets/appliance.ts';
import { waitFor } from '../support/wait-for.ts';
import { acceptedBy, type RunningAppliance, startAppliance } from './appliance.ts';
import { describeAttackRun } from './attack/attack-report.ts';
import { attackSoak } from './attack/attack-soak.ts';
import { attackProblems } from './attack/attack-verdict.ts';
import { EventLoad } from './event-load.ts';
import { soakCrowd } from './honest-crowd.ts';
import { readOptions, type SoakOptions, usage } from './options.ts';
import { describeEvents, describeMinute, describeRun, header } from './report.ts';
import { rest } from './rest.ts';
import { SlackChannel } from './slack-channel.ts';
import { connectSubscriber } from './subscriber.ts';
import { type EventCounts, problemsOf, type Run, type Sample } from './verdict.ts';
import { Visitors } from './visitors.ts';

/** How long what was accepted may take to arrive once Slack is well and nothing more comes, ms. */
const drainWithinMs = 120_000;

/** The rhythm of a run: in a short one everything comes sooner. */
function rhythmOf(totalMs: number) {
  const between = (least: number, value: number, most: number) =>
    Math.min(most, Math.max(least, value));
  return {
    slackPhaseMs: between(1000, totalMs / 20, 30_000),
    burst: { events: 100, everyMs: between(2000, totalMs / 20, 30_000) },
    sampleEveryMs: between(500, totalMs / 20, 5000),
    crowdEventsMs: between(2000, totalMs / 20, 30_000),
  };
}

async function soak(
  { minutes, rate }: SoakOptions,
  command: readonly string[],
  programs: Programs,
): Promise<Run> {
  const totalMs = minutes * 60_000;
  const { slackPhaseMs, burst, sampleEveryMs, crowdEventsMs } = rhythmOf(totalMs);
  const folder = mkdtempSync(join(tmpdir(), 'blinky-soak-'));
  const slack = new SlackChannel();
  await slack.open();
  try {
    const appliance = await startAppliance(programs, command, folder, slack);
    const subscriber = await connectSubscriber(appliance.ports.mqtt);
    const visitors = new Visitors(appliance.ports);
    const load = new EventLoad({ port: appliance.ports.udp, rate, burst });
    const before = (await appliance.metrics()).get('process_open_fds') ?? 0;
    const counts = async (): Promise<EventCounts> => {
      slack.look();
      return {
        sent: load.sent,
        accepted: acceptedBy(await appliance.metrics()),
        subscriber: subscriber.arrivals.count,
        slack: slack.arrivals.count,
      };
    };

    const ending = AbortSignal.timeout(totalMs);
    const samples: Sample[] = [];
    const startedAt = performance.now();
    const observe = async () => {
      let minutesTold = 0;
      while (!ending.aborted) {
        await rest(sampleEveryMs, ending);
        const sample = sampleOf(await appliance.metrics(), performance.now() - startedAt);
        samples.push(sample);
        const minute = Math.floor(sample.atMs / 60_000);
        if (minute === minutesTold) continue;
        minutesTold = minute;
        console.log(describeMinute(minute, samples, await counts(), slack.mood));
      }
    };
    console.log(header);
    await unlessEnded(
      appliance,
      Promise.all([
        observe(),
        load.run(ending),
        slack.run(slackPhaseMs, ending),
        visitors.run(ending),
      ]),
    );

    const draining = AbortSignal.timeout(drainWithinMs);
    await waitFor(
      'arrival of everything',
      async () => {
        const { accepted, subscriber: atSubscriber, slack: atSlack } = await counts();
        await rest(200, draining);
        return atSubscriber >= accepted && atSlack >= accepted;
      },
      drainWithinMs,
    ).catch(() => {});
    const events = await counts();
    const after = (await appliance.metrics()).get('process_open_fds') ?? 0;
    console.log(
      describeEvents(events, {
        subscriberRepeats: subscriber.arrivals.repeated,
        slackRepeats: slack.arrivals.repeated,
        slackFaults: slack.faults,
        visitors,
      }),
    );
    await subscriber.close();
    const crowd = await soakCrowd(appliance, load, crowdEventsMs, () =>
      startAppliance(programs, command, folder, slack, { ports: appliance.ports }),
    );
    return { samples, events, openFiles: { before, after }, crowd };
  } finally {
    await programs.stopAll();
    await slack.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function endedEarly({ program }: RunningAppliance): Promise<never> {
  await program.ended;
  throw new Error(`the appliance ended by itself; it said:\n${program.said()}`);
}

/** Asking a program that is just ending fails; that it ends says more. */
async function unlessEnded<Value>(appliance: RunningAppliance, work: Promise<Value>) {
  return await Promise.race([work, endedEarly(appliance)]).catch(async (error: Error) => {
    await Promise.race([endedEarly(appliance), rest(1000, AbortSignal.timeout(1000))]);
    throw error;
  });
}

function sampleOf(metrics: ReadonlyMap<string, number>, atMs: number): Sample {
  const delayMs = (quantile: string) =>
    (metrics.get(`blinky_event_loop_delay_seconds{quantile="${quantile}"}`) ?? 0) * 1000;
  return {
    atMs,
    memoryMb: (metrics.get('process_resident_memory_bytes') ?? 0) / 1e6,
    openFiles: metrics.get('process_open_fds') ?? 0,
    delayP50Ms: delayMs('0.5'),
    delayP99Ms: delayMs('0.99'),
  };
}

function optionsOrExit(): SoakOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

const options = optionsOrExit();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const programs = new Programs();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void programs.stopAll().then(() => process.exit(1)));
}
try {
  const command = options.program
    ? programCommand(options.program)
    : applianceCommand(options.packaged);
  const problems = options.attack ? await judgeAttack(command) : await judgeSoak(command);
  for (const problem of problems) console.error(`✗ ${problem}`);
  if (problems.length === 0) console.log('✓ nothing that was accepted was lost, and nothing grew');
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
process.exit();

async function judgeSoak(command: readonly string[]): Promise<readonly string[]> {
  const run = await soak(options, command, programs);
  console.log(describeRun(run));
  return problemsOf(run);
}

async function judgeAttack(command: readonly string[]): Promise<readonly string[]> {
  const run = await attackSoak(options, command, programs);
  console.log(describeAttackRun(run));
  if (run.life.lastWords) console.log(run.life.lastWords);
  return attackProblems(run);
}
