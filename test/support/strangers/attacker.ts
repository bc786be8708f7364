// Strangers who attack the appliance, in a process of their own: `node attacker.ts OPTIONS`, where
// OPTIONS is the JSON of `AttackerOptions`. A line on its standard input is answered with a line of
// JSON: what they did and met so far. They go on until standard input ends, or for `seconds`.
import { setMaxListeners } from 'node:events';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { perSecondFromAddress, Tally, type Target } from './attack.ts';
import { type AttackName, attacks } from './attacks.ts';
import { signalAfter } from './signal-after.ts';

export interface AttackerOptions {
  readonly attack: AttackName;
  readonly target: Target;
  /** The most it lasts, s. */
  readonly seconds: number;
  readonly count?: number | undefined;
  /** The first is 127.0.NETWORK.2. */
  readonly network?: number | undefined;
  /** From how many addresses. */
  readonly addresses?: number | undefined;
  /** Connections a second from each. */
  readonly perSecond?: number | undefined;
  readonly clientIds?: readonly string[] | undefined;
}

const options: AttackerOptions = JSON.parse(process.argv[2] ?? '{}');
const attack = attacks[options.attack];
// Strangers have machines of their own: what they compute must not slow the appliance here.
setPriority(constants.priority.PRIORITY_LOW);

const stopped = new AbortController();
const input = createInterface({ input: process.stdin });
input.on('close', () => stopped.abort());
const tally = new Tally();
input.on('line', () => process.stdout.write(`${JSON.stringify(tally.counts)}\n`));
process.on('SIGTERM', () => stopped.abort());
process.stdout.on('error', () => stopped.abort());

const network = options.network ?? 0;
const addresses = Array.from(
  { length: options.addresses ?? attack.addresses },
  (_, index) => `127.0.${network}.${index + 2}`,
);
const signal = signalAfter(options.seconds * 1000, stopped.signal);
// Each of thousands of connections waits for it.
setMaxListeners(0, signal);
await attack.run({
  target: options.target,
  addresses,
  count: options.count ?? attack.count,
  perSecond: options.perSecond ?? perSecondFromAddress,
  clientIds: options.clientIds ?? [],
  tally,
  signal,
});
process.exit();
