import { parseArgs } from 'node:util';
import { type AttackName, attackNames, isAttackName } from '../support/strangers/attacks.ts';

export interface SoakOptions {
  readonly minutes: number;
  /** Events a second, bursts not counted. */
  readonly rate: number;
  /** Whether to run the program as it is shipped, instead of the checkout. */
  readonly packaged: boolean;
  /** Where the program was built before; empty: as `packaged` says. */
  readonly program: string;
  /** Whether strangers attack it meanwhile. */
  readonly attack: boolean;
  /** Which attacks, all at once. */
  readonly attacks: readonly AttackName[];
  readonly help: boolean;
}

export const usage = `npm run soak -- [options]
  --minutes N   how long (default 60, with --attack 10; 0.1 is a smoke run, whose slope says nothing)
  --rate N      events a second (default 10); bursts come on top
  --packaged    build and run the program as the Debian package ships it, not the checkout
  --program DIR the same, as scripts/build-program.ts has put it there
  --attack      strangers attack it in every way at once, with 20 events a second and no bursts; then
                it is stopped and started
  --only NAME,… these attacks only, or none:
${attackNames.map((name) => `                ${name}`).join('\n')}`;

/** Reads the command line. Throws an error that says what is wrong with it. */
export function readOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      rate: { type: 'string' },
      program: { type: 'string', default: '' },
      attack: { type: 'boolean', default: false },
      only: { type: 'string' },
      packaged: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { attack } = values;
  if (values.only !== undefined && !attack) throw new Error('--only goes with --attack');
  return {
    minutes: numberFrom('--minutes', values.minutes ?? (attack ? '10' : '60'), 0.05, 44_640),
    // Any more, and the lamps are lit still when the next event is to light them.
    rate: numberFrom('--rate', values.rate ?? (attack ? '20' : '10'), 0.1, attack ? 20 : 5000),
    packaged: values.packaged,
    program: values.program,
    attack,
    attacks: attacksFrom(values.only),
    help: values.help,
  };
}

function attacksFrom(only: string | undefined): readonly AttackName[] {
  if (only === undefined) return attackNames;
  if (only === 'none') return [];
  return only.split(',').map((name) => {
    if (isAttackName(name)) return name;
    throw new Error(`--only takes names of attacks, not "${name}"; --help lists them`);
  });
}

function numberFrom(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new Error(`${name} takes a number from ${least} to ${most}, not "${text}"`);
}
