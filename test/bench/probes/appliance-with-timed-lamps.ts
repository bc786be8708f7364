// The appliance, run as the command line runs it, with lamps that only note when they were lit.
// `lit` on its standard input is answered with those times: [ns of the monotonic clock, …].
import { createInterface } from 'node:readline';
import type { Lamp } from '../../../hardware/lamp.ts';
import { processEnvironment } from '../../../src/cli/process-environment.ts';
import { runAppliance } from '../../../src/cli/run.ts';
import { loadConfig } from '../../../src/config/load.ts';

let litAtNs: number[] = [];
const timedLamp = (): Lamp => ({
  set: (on) => {
    if (on) litAtNs.push(Number(process.hrtime.bigint()));
  },
  close: () => {},
});

createInterface({ input: process.stdin }).on('line', () => {
  process.stdout.write(`${JSON.stringify(litAtNs)}\n`);
  litAtNs = [];
});

const loaded = loadConfig({ environment: {}, overrides: process.argv.slice(2) });
const environment = processEnvironment({ version: 'bench', commandName: 'blinky' });
const status = await runAppliance(loaded, environment, {
  openLamps: async () => ({
    lamps: { green: timedLamp(), red: timedLamp() },
    description: 'lamps of the benchmark',
  }),
});
process.exit(status);
