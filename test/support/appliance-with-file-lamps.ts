// The appliance, run as the command line runs it, with lamps that are files: `1` while lit, `0`
// while dark. Whatever way the process ends, a test can read what the lights would show.
// BLINKY_TEST_CRASH=error makes it fail with an uncaught error as soon as the green lamp is lit,
// BLINKY_TEST_CRASH=rejection with a promise that rejects and that nobody waits for.
// BLINKY_TEST_POISON=NAME ends it (abort) while its last part starts, as long as nothing whose name
// begins so lies in the state directory; with BLINKY_TEST_POISON_HOW=memory it runs out of memory
// instead, once every part has started.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { colours, type Lamp } from '../../hardware/lamp.ts';
import type { Output } from '../../src/cli/environment.ts';
import { processEnvironment } from '../../src/cli/process-environment.ts';
import { runAppliance } from '../../src/cli/run.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Sink } from '../../src/fan-out/sink.ts';
import { recordOf } from '../../src/platform/record-of.ts';

const [folder = '.', ...overrides] = process.argv.slice(2);
const crash = process.env['BLINKY_TEST_CRASH'];
let opened = false;

function fileLamp(name: string): Lamp {
  const set = (on: boolean) => {
    writeFileSync(join(folder, name), on ? '1' : '0');
    if (on && opened && crash) {
      setImmediate(() => {
        const bug = new Error('a bug, made on purpose');
        if (crash === 'error') throw bug;
        void Promise.reject(bug);
      });
    }
  };
  set(false);
  return { set, close: () => set(false) };
}

const poison = process.env['BLINKY_TEST_POISON'];
let isPoisoned = false;

const poisoned: Sink = {
  name: 'poisoned',
  start: async () => {
    const names = readdirSync(loaded.config.stateDirectory);
    if (!poison || names.some((name) => name.startsWith(poison))) return;
    if (process.env['BLINKY_TEST_POISON_HOW'] !== 'memory') process.abort();
    isPoisoned = true;
  },
  accept: () => {},
  stop: async () => {},
};

/** What the program prints; it is ready when it says so. */
function watchOutput(stdout: Output): Output {
  return {
    ...stdout,
    write: (text) => {
      stdout.write(text);
      if (isPoisoned && text.includes('ready; to send')) runOutOfMemory();
    },
  };
}

/** Not while a part still loads: it may need all that is left before the program can note it. */
function runOutOfMemory(): void {
  const taken: unknown[] = [];
  setInterval(() => {
    // Slowly enough that a busy machine still sees it coming, and in small pieces: one array of all
    // would grow by half its size at once.
    taken.push(Array.from({ length: 5000 }, (_, index) => ({ index })));
  }, 10);
}

const loaded = loadConfig({ environment: {}, overrides });
const own = processEnvironment({ version: 'test', commandName: 'blinky' });
const environment = { ...own, stdout: watchOutput(own.stdout) };
const status = await runAppliance(loaded, environment, {
  extraSinks: [poisoned],
  openLamps: async () => {
    const lamps = recordOf(colours, fileLamp);
    opened = true;
    return { lamps, description: 'lamps that are files' };
  },
});
process.exit(status);
