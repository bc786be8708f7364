// `npm run bench`: measures the appliance beside what users have today, and prints a table.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FakeSlack } from '../support/fake-slack.ts';
import { compilePrograms } from './compile.ts';
import { experiments } from './experiments/all.ts';
import { Load } from './load/load.ts';
import { describeMachine } from './machine.ts';
import { type Options, readOptions, usage } from './options.ts';
import { ProgramError, Programs } from './programs.ts';
import { type Result, ratioOf, runExperiment } from './runner.ts';
import { formatTable } from './table.ts';
import { appliance, applianceCommand } from './targets/appliance.ts';
import { bareRelay } from './targets/bare-relay.ts';
import { butlerAndMosquitto } from './targets/butler.ts';
import { dgramCounter } from './targets/dgram-counter.ts';
import { relayAndMosquitto } from './targets/relay.ts';
import type { TargetKind, Workshop } from './targets/target.ts';

const say = (text: string) => process.stderr.write(`${text}\n`);

function optionsOrExit(): Options {
  try {
    return readOptions(
      process.argv.slice(2),
      experiments.map(({ name }) => name),
    );
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

async function measure(
  { scale, only, command, packaged, butler }: Options,
  workshop: Workshop,
): Promise<{ results: Result[]; kinds: TargetKind[] }> {
  const kinds = [
    appliance(workshop, command ?? applianceCommand(packaged)),
    butler === undefined ? relayAndMosquitto(workshop) : butlerAndMosquitto(workshop, butler),
    dgramCounter(workshop),
    bareRelay(workshop),
  ];
  for (const { title, missing } of kinds) {
    if (missing !== undefined) say(`without ${title}: ${missing}`);
  }
  const results: Result[] = [];
  for (const experiment of experiments) {
    if (only.length > 0 && !only.includes(experiment.name)) continue;
    results.push(...(await runExperiment(experiment, kinds, workshop, scale, say)));
  }
  return { results, kinds };
}

const options = optionsOrExit();
if (options.help) {
  console.log(`${usage}\n\nexperiments: ${experiments.map(({ name }) => name).join(', ')}`);
  process.exit(0);
}

const programs = new Programs();
const slack = new FakeSlack({});
await slack.listen();
const folder = mkdtempSync(join(tmpdir(), 'blinky-bench-'));
const language = !options.nodeLoad && compilePrograms() ? 'C' : 'Node';
if (language === 'Node') {
  say('the load is sent and received by Node, and may be what limits a rate');
}
const workshop: Workshop = {
  programs,
  load: new Load(programs, language),
  slack,
  temporaryFolder: () => mkdtempSync(join(folder, 'target-')),
};
const cleanUp = async () => {
  await programs.stopAll();
  await slack.close();
  rmSync(folder, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().then(() => process.exit(1)));
}

try {
  const { results, kinds } = await measure(options, workshop);
  const machine = describeMachine();
  const report = {
    measuredAt: new Date().toISOString(),
    machine,
    load: language,
    scale: options.scale,
    rows: results.map((result) => ({ ...result, ratio: ratioOf(result) })),
  };
  mkdirSync(dirname(options.jsonFile), { recursive: true });
  writeFileSync(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
  const { runs, bytes } = options.scale;
  console.log(formatTable(results, kinds));
  console.log(
    `\n${machine.cpus} × ${machine.cpu}, Linux ${machine.kernel}, Node ${machine.node}, load by ${language};` +
      ` datagrams of ${bytes} bytes; medians of ${runs}. Only the ratios travel.\nWritten to ${options.jsonFile}.`,
  );
} catch (error) {
  if (!(error instanceof ProgramError)) throw error;
  say(error.message);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
