import { parseArgs } from 'node:util';
import { fullScale, quickScale, type Scale } from './experiment.ts';

export interface Options {
  readonly scale: Scale;
  /** Names of experiments; empty for all. */
  readonly only: readonly string[];
  readonly jsonFile: string;
  /** Whether to measure the program as it is shipped, instead of the checkout. */
  readonly packaged: boolean;
  /** What starts the appliance, when it is neither. */
  readonly command: readonly string[] | undefined;
  /** A checkout of Butler 6.0, to measure instead of the relay. */
  readonly butler: string | undefined;
  /** Use the load written for Node even where there is a C compiler. */
  readonly nodeLoad: boolean;
  readonly help: boolean;
}

export const usage = `npm run bench -- [options]
  --quick            a smoke run of less than a minute; its measurements mean little
  --only NAME,…      some experiments only
  --runs N           how often each is measured (default ${fullScale.runs}); the medians count
  --bytes N          length of a datagram (default ${fullScale.bytes}; up to 1399)
  --json FILE        where the measurements go (default build/bench.json)
  --packaged         build and measure the program as the Debian package ships it, not the checkout
  --appliance "…"    what starts the appliance, e.g. "node --cpu-prof scripts/blinky.js run"
  --butler FOLDER    measure Butler itself instead of a relay: a checkout of its version 6.0, with its packages
  --node-load        send and receive by Node, not by C, as where there is no C compiler`;

/** Reads the command line. Throws an error that says what is wrong with it. */
export function readOptions(args: readonly string[], experiments: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      runs: { type: 'string' },
      bytes: { type: 'string' },
      json: { type: 'string', default: 'build/bench.json' },
      packaged: { type: 'boolean', default: false },
      appliance: { type: 'string' },
      butler: { type: 'string' },
      'node-load': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const only = values.only.split(',').filter((name) => name !== '');
  const unknown = only.find((name) => !experiments.includes(name));
  if (unknown !== undefined) {
    throw new Error(`no experiment ${unknown}; there are ${experiments.join(', ')}`);
  }
  return {
    scale: {
      ...(values.quick ? quickScale : fullScale),
      ...(values.runs !== undefined && { runs: wholeNumber('--runs', values.runs, 1, 100) }),
      ...(values.bytes !== undefined && { bytes: wholeNumber('--bytes', values.bytes, 120, 1399) }),
    },
    only,
    packaged: values.packaged,
    jsonFile: values.json,
    command: values.appliance?.split(' '),
    butler: values.butler,
    nodeLoad: values['node-load'],
    help: values.help,
  };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${name} takes a whole number from ${least} to ${most}, not ${text}`);
}
