import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly minutes: number;
  /** Events a second, bursts not counted. */
  readonly rate: number;
  /** Whether to run the program as it is shipped, instead of the checkout. */
  readonly packaged: boolean;
  readonly help: boolean;
}

export const usage = `npm run soak -- [options]
  --minutes N   how long (default 60; 0.1 is a smoke run, whose slope says nothing)
  --rate N      events a second (default 10); bursts come on top
  --packaged    build and run the program as the Debian package ships it, not the checkout`;

/** Reads the command line. Throws an error that says what is wrong with it. */
export function readOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '60' },
      rate: { type: 'string', default: '10' },
      packaged: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    minutes: numberFrom('--minutes', values.minutes, 0.05, 44_640),
    rate: numberFrom('--rate', values.rate, 0.1, 5000),
    packaged: values.packaged,
    help: values.help,
  };
}

function numberFrom(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new Error(`${name} takes a number from ${least} to ${most}, not "${text}"`);
}
