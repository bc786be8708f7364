import { isAddressOrName } from '../appender/address.ts';
import { appenderVariants, localLogConfig } from '../appender/local-log-config.ts';
import {
  type Command,
  numberOption,
  refuseExtraArguments,
  textOption,
  UsageError,
} from './command.ts';
import { exitStatus } from './surroundings.ts';

export const appenderCommand: Command = {
  name: 'appender',
  summary: 'Print LocalLogConfig.xml, the file that makes a Sense server send its events here.',
  usage: '--address ADDRESS [options]',
  options: {
    address: {
      type: 'string',
      placeholder: 'ADDRESS',
      help: "this appliance's address as the Sense server reaches it",
    },
    port: { type: 'string', placeholder: 'N', help: 'its UDP port (default 9997)' },
    variant: {
      type: 'string',
      placeholder: 'NAME',
      help: `whose layout: ${appenderVariants.join(', ')} (default butler)`,
    },
  },
  examples: ['blinky appender --address 10.0.0.5 > LocalLogConfig.xml'],
  run: async ({ positionals, values, surroundings }) => {
    refuseExtraArguments(positionals, 0);
    const address = textOption(values, 'address');
    if (!address || !isAddressOrName(address)) {
      throw new UsageError(
        address
          ? `--address takes an address or a host name, not "${address}"`
          : 'say where the events go: --address 10.0.0.5',
      );
    }
    const named = textOption(values, 'variant') ?? 'butler';
    const variant = appenderVariants.find((one) => one === named);
    if (!variant)
      throw new UsageError(`--variant takes ${appenderVariants.join(', ')}, not "${named}"`);
    const port = numberOption(values, 'port', { min: 1, max: 65_535, byDefault: 9997 });
    surroundings.stdout.write(localLogConfig({ address, port, variant }));
    return exitStatus.fine;
  },
};
