import { readBoard } from '../../hardware/board.ts';
import { addressProblem } from '../appender/address.ts';
import { addressNotes } from '../appender/address-notes.ts';
import { likelyAddress } from '../appender/likely-address.ts';
import { appenderVariants, localLogConfig } from '../appender/local-log-config.ts';
import { reachableAddresses } from '../platform/addresses.ts';
import {
  type Command,
  eitherOf,
  numberOption,
  type OptionValues,
  refuseExtraArguments,
  textOption,
  UsageError,
} from './command.ts';
import { exitStatus } from './environment.ts';

export const appenderCommand: Command = {
  name: 'appender',
  summary: 'Print LocalLogConfig.xml, which makes a Sense server send its events to Blinky.',
  usage: '--address ADDRESS [options]',
  options: {
    address: {
      type: 'string',
      placeholder: 'ADDRESS',
      help: "Blinky's address, as seen from the Sense server; IPv4 is recommended",
    },
    port: { type: 'string', placeholder: 'N', help: 'UDP port (default 9997)' },
    variant: {
      type: 'string',
      placeholder: 'NAME',
      help: `format: ${appenderVariants.join(', ')} (default butler)`,
    },
  },
  notes: [
    'log4net, which sends the events, looks up a host name only once and uses the first address it',
    'finds, so an IPv4 address is safer than a name. Give the port with --port, not in the address.',
  ],
  examples: ['blinky appender --address 10.0.0.5 > LocalLogConfig.xml'],
  run: async ({ positionals, values, environment }) => {
    refuseExtraArguments(positionals, 0);
    const address = addressOption(values);
    const named = textOption(values, 'variant') ?? 'butler';
    const variant = appenderVariants.find((one) => one === named);
    if (!variant)
      throw new UsageError(`unknown variant "${named}"; use ${eitherOf(appenderVariants)}`);
    const port = numberOption(values, 'port', { min: 1, max: 65_535, byDefault: 9997 });
    environment.stdout.write(localLogConfig({ address, port, variant }));
    const own = readBoard().isRaspberryPi ? reachableAddresses() : [];
    for (const note of addressNotes(address, { own })) {
      environment.stderr.write(`blinky appender: note: ${note}\n`);
    }
    return exitStatus.fine;
  },
};

/** @throws UsageError that says what is wrong with the address, and what to enter instead */
function addressOption(values: OptionValues): string {
  const address = textOption(values, 'address');
  if (!address) throw new UsageError('missing option --address, for example --address 10.0.0.5');
  const problem = addressProblem(address);
  if (!problem) return address;
  const likely = likelyAddress(address);
  const withPort = likely?.port === undefined ? '' : ` --port ${likely.port}`;
  if (likely) {
    throw new UsageError(`${problem.message}; use --address ${likely.address}${withPort}`);
  }
  throw new UsageError(
    `${problem.message}; enter an address such as 10.0.0.5 or a host name${problem.hasPort ? ', and give the port with --port' : ''}`,
  );
}
