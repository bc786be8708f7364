import { stringify } from 'yaml';
import { withoutSecrets } from '../config/secrets.ts';
import { type Command, refuseExtraArguments } from './command.ts';
import { configFrom, configOptions } from './config-options.ts';
import { exitStatus } from './environment.ts';

export const configCommand: Command = {
  name: 'config',
  summary: 'Print the effective configuration, including defaults. Secrets are hidden.',
  usage: '[options]',
  options: configOptions,
  examples: ['blinky config', 'blinky config --config production.yaml'],
  run: async ({ positionals, values, environment }) => {
    refuseExtraArguments(positionals, 0);
    const { config, file, warnings, unusedButlerKeys } = await configFrom(values, environment);
    const { stdout, stderr } = environment;
    for (const warning of warnings) stderr.write(`${warning}\n`);
    if (unusedButlerKeys.length > 0) {
      stderr.write(`settings of Butler that Blinky doesn't use: ${unusedButlerKeys.join(', ')}\n`);
    }
    stdout.write(`# ${file ? `from ${file}` : 'no configuration file, using defaults'}\n`);
    stdout.write(stringify({ Butler: withoutSecrets(config) }));
    return exitStatus.fine;
  },
};
