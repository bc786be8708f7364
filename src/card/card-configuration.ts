import { stringify } from 'yaml';
import { checkConfigText, type LoadedConfig } from '../config/load.ts';
import { ConfigError, describeProblem } from '../config/problem.ts';
import { isSettings, type RawSettings } from '../config/raw-settings.ts';
import type { ConfigSource } from '../config/source.ts';
import type { CardFileName, CardText } from './card-files.ts';
import { imageUser } from './card-sign-in.ts';
import { fine, hint, modes, type Note, type Step, wrong } from './plan.ts';

/** The file on the state partition with the last configuration that was right. */
export const acceptedConfigFile = 'blinky.yaml';
/** The files for the service: the configuration, and what holds where that says nothing. */
const effectiveFiles = { config: 'blinky.yaml', defaults: 'defaults.yaml' } as const;
const environmentFile = 'environment';
const usualName = 'blinky.yaml' satisfies CardFileName;

/** The port of the page on the image: the one that browsers try first. */
const imagePagePort = 80;

export interface Configuration {
  readonly notes: readonly Note[];
  /** Keeps a configuration that is right. */
  readonly steps: readonly Step[];
  /** What the service reads, right or wrong: it says itself what is wrong. */
  readonly text: string;
  /** Who may do what, from the last configuration that was right. */
  readonly access: RawSettings;
  readonly isWrong: boolean;
  /** What messages call it: the file on the card. */
  readonly name: string;
}

/**
 * What `blinky.yaml` means. Without one the last that was right is in force.
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
        `${name} is wrong, so the defaults are in force; only who may do what is as it was last`,
      ),
    ];
    return { notes, steps: [], text, access: storedAccess, isWrong: true, name };
  }
  const notes = [fine(`${name}: in force`), ...result.warnings.map((line) => hint(line))];
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
 * The files for the service.
 * @param passwordHash of the image's own user; without one there is no such user
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
    // A slip in one line must not open to everybody what another line had closed.
    brokerConfig: { access: { users, ...(isWrong && access) } },
  };
  const environment = [
    `BLINKY_CONFIG=${folder}/${effectiveFiles.config}`,
    // Without what has a meaning to systemd in a value (systemd.exec(5), EnvironmentFile=).
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

/** What the service finds wrong, and says so on the page and by the light. */
const notYaml = (problem: string): string => `# ${problem}\n[]\n`;

/** YAML as an editor for letters leaves it, each line still where its author sees it. */
function tidyYaml(text: string): string {
  return text
    .replace(/[“”„]/g, '"')
    .replace(/[‘‚]([^‘’'\n]*)’/g, "'$1'")
    .replace(/^\t+/gm, (tabs) => '  '.repeat(tabs.length));
}

type Checked = LoadedConfig & ConfigSource;

/** The configuration of a text, or what is wrong with it. */
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
