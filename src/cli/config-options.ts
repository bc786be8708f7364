import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { ConfigError, describeProblem } from '../config/problem.ts';
import { withOwnServerHost } from '../config/server-host.ts';
import type { ConfigFault } from '../health/configuration-part.ts';
import { type CommandOption, listOption, type OptionValues, textOption } from './command.ts';
import type { Environment } from './environment.ts';

/** The options of every command that reads the configuration. */
export const configOptions = {
  config: {
    type: 'string',
    placeholder: 'FILE',
    help: 'configuration file (else $BLINKY_CONFIG, ./blinky.yaml, /etc/blinky/blinky.yaml)',
  },
  defaults: {
    type: 'string',
    placeholder: 'FILE',
    help: 'settings that hold where the configuration says nothing (else $BLINKY_DEFAULTS)',
  },
  set: {
    type: 'string',
    multiple: true,
    placeholder: 'KEY=VALUE',
    help: 'override one setting, e.g. Butler.webConfig.port=8081; may be given often',
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
 * The same, but where there is a file of defaults, it takes the place of a wrong configuration,
 * and `fault` says what is wrong: a Pi on a shelf must come up so that its page can tell.
 * Overrides by `--set` stay in force. Rejects with ConfigError.
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
      message: `the configuration is wrong, so the defaults are in force: ${problems}`,
      remedy: 'Correct that and start again',
    };
    return { ...defaults, fault };
  }
}

/** On a Pi: what kept this start from reading the settings on its card (systemd/last-settings). */
export function faultAtBoot({ variables }: Environment): ConfigFault | undefined {
  const message = variables['BLINKY_CONFIG_FAULT'];
  if (!message) return undefined;
  const remedy = 'Start the Pi again; if this comes back, the card is worn out: flash a new one';
  return { message, remedy };
}
