import { stringify } from 'yaml';
import { checkConfigText, type LoadedConfig } from '../config/load.ts';
import { ConfigError, describeProblem } from '../config/problem.ts';
import { isSettings, type RawSettings } from '../config/raw-settings.ts';
import type { ConfigSource } from '../config/source.ts';
import type { CardFileName, CardText } from './card-files.ts';
import { imageUser } from './card-sign-in.ts';
import { fine, hint, modes, type Note, type Step, wrong } from './plan.ts';

/** The file on the state partition with the last valid configuration. */
export const acceptedConfigFile = 'blinky.yaml';
/** The files for the service: the configuration, and the defaults that it overrides. */
const effectiveFiles = { config: 'blinky.yaml', defaults: 'defaults.yaml' } as const;
const environmentFile = 'environment';
const usualName = 'blinky.yaml' satisfies CardFileName;

/** The port of the page on the image: the default of browsers. */
const imagePagePort = 80;

export interface Configuration {
  readonly notes: readonly Note[];
  /** Keeps a valid configuration. */
  readonly steps: readonly Step[];
  /** What the service reads, valid or not: it reports the problems itself. */
  readonly text: string;
  /** Access rights, from the last valid configuration. */
  readonly access: RawSettings;
  readonly isWrong: boolean;
  /** Its name in messages: that of the file on the card. */
  readonly name: string;
}

/**
 * Interprets `blinky.yaml`. Without one, the last valid configuration applies.
 * @param stored content of the file on the state partition
 */
export function understandConfiguration(
  file: CardText | undefined,
  stored: string | undefined,
): Configuration {
  const storedAccess = accessOf(stored === undefined ? undefined : tryConfig('stored', stored));
  if (!file) {
    const unchanged = { notes: [], steps: [], access: storedAccess };
    return { ...unchanged, text: stored ?? '', isWrong: false, name: usualName };
  }
  const { name } = file;
  const text = file.problem === undefined ? tidyYaml(file.text) : notYaml(file.problem);
  const result = tryConfig(name, text);
  if (Array.isArray(result)) {
    const notes = [
      ...(file.problem === undefined ? result : [`${name} ${file.problem}`]).map(wrong),
      hint(
        `${name} is invalid, so the Pi uses the default settings, with the access rights of the last valid configuration`,
      ),
    ];
    return { notes, steps: [], text, access: storedAccess, isWrong: true, name };
  }
  const notes = [fine(`${name}: applied`), ...result.warnings.map((line) => hint(line))];
  const kept: Step = {
    place: 'state',
    file: acceptedConfigFile,
    content: text,
    mode: modes.secret,
  };
  const steps = text === stored ? [] : [kept];
  return { notes, steps, text, access: accessOf(result), isWrong: false, name };
}

/**
 * Returns the files for the service.
 * @param passwordHash of the user that the image creates; undefined if it creates none
 * @param folder where the service finds them
 */
export function configurationInForce(
  { text, access, isWrong, name }: Configuration,
  passwordHash: string | undefined,
  folder: string,
): readonly Step[] {
  const users = passwordHash ? [{ name: imageUser, passwordHash }] : [];
  const defaults = {
    webConfig: { port: imagePagePort },
    // A mistake in one line must not give everyone the access that another line had denied.
    brokerConfig: { access: { users, ...(isWrong && access) } },
  };
  const environment = [
    `BLINKY_CONFIG=${folder}/${effectiveFiles.config}`,
    // Without characters that are special to systemd (systemd.exec(5), EnvironmentFile=).
    `BLINKY_CONFIG_NAME=${name.replace(/["'`$\\]/g, '_')}`,
    `BLINKY_DEFAULTS=${folder}/${effectiveFiles.defaults}`,
  ];
  const inForce = (file: string, content: string, mode: number): Step => ({
    place: 'run',
    file,
    content,
    mode,
  });
  return [
    inForce(effectiveFiles.config, text, modes.service),
    inForce(effectiveFiles.defaults, stringify({ Butler: defaults }), modes.service),
    inForce(environmentFile, `${environment.join('\n')}\n`, modes.open),
  ];
}

/** A file that is invalid, so that the service reports the problem on the page and the red light. */
const notYaml = (problem: string): string => `# ${problem}\n[]\n`;

/** Replaces curly quotes and tabs that word processors insert; line numbers stay the same. */
function tidyYaml(text: string): string {
  return text
    .replace(/[“”„]/g, '"')
    .replace(/[‘‚]([^‘’'\n]*)’/g, "'$1'")
    .replace(/^\t+/gm, (tabs) => '  '.repeat(tabs.length));
}

type Checked = LoadedConfig & ConfigSource;

/** Returns the configuration, or its problems. */
function tryConfig(name: string, text: string): Checked | string[] {
  try {
    return checkConfigText(name, text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(describeProblem);
  }
}

function accessOf(checked: Checked | string[] | undefined): RawSettings {
  if (!checked || Array.isArray(checked)) return {};
  const broker = checked.settings['brokerConfig'];
  const access = isSettings(broker) ? broker['access'] : undefined;
  return isSettings(access) ? access : {};
}
