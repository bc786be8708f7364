import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { type CommandOption, listOption, type OptionValues, textOption } from './command.ts';
import type { Surroundings } from './surroundings.ts';

/** The options of every command that reads the configuration. */
export const configOptions = {
  config: {
    type: 'string',
    placeholder: 'FILE',
    help: 'configuration file (else $BLINKY_CONFIG, ./blinky.yaml, /etc/blinky/blinky.yaml)',
  },
  set: {
    type: 'string',
    multiple: true,
    placeholder: 'KEY=VALUE',
    help: 'override one setting, e.g. Butler.webConfig.port=8081; may be given often',
  },
} as const satisfies Record<string, CommandOption>;

/** Reads the configuration that the options name. Throws ConfigError. */
export function configFrom(values: OptionValues, surroundings: Surroundings): LoadedConfig {
  return loadConfig({
    file: textOption(values, 'config'),
    environment: surroundings.environment,
    overrides: listOption(values, 'set'),
  });
}
