import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { ConfigError, describeProblem } from '../config/problem.ts';
import { withOwnServerHost } from '../config/server-host.ts';
import type { ConfigFault } from '../health/configuration-part.ts';
import { type CommandOption, listOption, type OptionValues, textOption } from './command.ts';
import type { Environment } from './environment.ts';

/** Options of the commands that read the configuration. */
export const configOptions = {
  config: {
    type: 'string',
    placeholder: 'FILE',
    help: 'configuration file (default $BLINKY_CONFIG, ./blinky.yaml or /etc/blinky/blinky.yaml)',
  },
  defaults: {
    type: 'string',
    placeholder: 'FILE',
    help: 'file with default settings, which the configuration overrides (default $BLINKY_DEFAULTS)',
  },
  set: {
    type: 'string',
    multiple: true,
    placeholder: 'KEY=VALUE',
    help: 'override a setting, e.g. Butler.webConfig.port=8081; can be repeated',
  },
} as const satisfies Record<string, CommandOption>;

const defaultsFile = (values: OptionValues, { variables }: Environment) =>
  textOption(values, 'defaults') ?? (variables['BLINKY_DEFAULTS'] || undefined);

/** Reads the configuration that the options name. Rejects with ConfigError. */
export async function configFrom(
  values: OptionValues,
  environment: Environment,
): Promise<LoadedConfig> {
  return withOwnServerHost(
    loadConfig({
      file: textOption(values, 'config'),
      environment: environment.variables,
      overrides: listOption(values, 'set'),
      defaultsFile: defaultsFile(values, environment),
    }),
  );
}

/**
 * The same, but if there is a file of defaults, it replaces an invalid configuration, and `fault`
 * says what is wrong: a Pi on a shelf must start so that its page can show the problem.
 * Overrides by `--set` still apply. Rejects with ConfigError.
 */
export async function configOrDefaults(
  values: OptionValues,
  environment: Environment,
): Promise<LoadedConfig & { readonly fault?: ConfigFault }> {
  try {
    return await configFrom(values, environment);
  } catch (error) {
    const file = defaultsFile(values, environment);
    if (!(error instanceof ConfigError) || !file) throw error;
    const overrides = listOption(values, 'set');
    const defaults = loadConfig({ file, environment: {}, overrides });
    const problems = error.problems.map(describeProblem).join('; ');
    const fault = {
      message: `the configuration is invalid, so the default settings are used: ${problems}`,
      remedy: 'Fix the configuration and restart Blinky',
    };
    return { ...defaults, fault };
  }
}

/** On a Pi: why the settings on the card could not be read at this start (systemd/last-settings). */
export function faultAtBoot({ variables }: Environment): ConfigFault | undefined {
  const message = variables['BLINKY_CONFIG_FAULT'];
  if (!message) return undefined;
  const remedy = 'Restart the Pi. If this happens again, the card is worn out: flash a new one';
  return { message, remedy };
}
