import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { ConfigError, describeProblem } from '../config/problem.ts';
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

/**
 * The same, but where `BLINKY_CONFIG_FALLBACK=defaults` is set a wrong file is replaced by the
 * defaults, and `problems` says what is wrong with it: a Pi on a shelf must come up so that its
 * page can tell. Overrides by `--set` stay in force. Throws ConfigError.
 */
export function configOrDefaults(
  values: OptionValues,
  surroundings: Surroundings,
): LoadedConfig & { readonly problems: readonly string[] } {
  try {
    return { ...configFrom(values, surroundings), problems: [] };
  } catch (error) {
    const mayFallBack = surroundings.environment['BLINKY_CONFIG_FALLBACK'] === 'defaults';
    if (!(error instanceof ConfigError) || !mayFallBack) throw error;
    const defaults = loadConfig({
      file: '/dev/null',
      environment: {},
      overrides: listOption(values, 'set'),
    });
    return { ...defaults, file: undefined, problems: error.problems.map(describeProblem) };
  }
}
