import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { codeOf, isMissing } from '../platform/errors.ts';
import { withoutAddressPassword } from './address-password.ts';
import {
  isButlersAlone,
  pathInFile,
  replacedButlerSettings,
  withButlerSlackSettings,
} from './butler.ts';
import { type ConfigText, decodeConfig } from './config-text.ts';
import { contradictionsIn } from './contradictions.ts';
import { withOverrides } from './overrides.ts';
import { ConfigError, type ConfigProblem, describeProblem, showValue } from './problem.ts';
import { keyOf, type Path, valueAt } from './raw-settings.ts';
import { settingRemarks } from './remarks.ts';
import { type Config, configSchema } from './schema.ts';
import { allowedBy, below, schemaAt, shapeOf } from './schema-walk.ts';
import { isSecretKey } from './secrets.ts';
import { type ConfigSource, parseSource, withDefaults } from './source.ts';
import { findUnknownKeys, type KeyFindings } from './unknown-keys.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** Name of the file in messages; undefined when the defaults are used. */
  readonly file: string | undefined;
  /** Path of the file; undefined when it is a copy of what the user wrote. */
  readonly path?: string;
  /** Lines for the log, for example about unknown keys. */
  readonly warnings: readonly string[];
  /** Settings of Butler 6 that are not used, dotted, below `Butler`. */
  readonly unusedButlerKeys: readonly string[];
  /** Where a file made for Butler names Butler's own host, if it does. */
  readonly butlerHostPlace?: string;
}

export interface LoadOptions {
  /** The file named by `--config`, which must exist. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `KEY=VALUE` of each `--set`. */
  readonly overrides?: readonly string[];
  /** File with default settings that the configuration overrides (`--defaults`). */
  readonly defaultsFile?: string | undefined;
}

/** Tried in this order when neither `--config` nor `BLINKY_CONFIG` names a file. */
const usualPlaces = ['./blinky.yaml', '/etc/blinky/blinky.yaml'] as const;

/**
 * Finds, reads and validates the configuration. If the file is a copy of what the user wrote,
 * `BLINKY_CONFIG_NAME` is its name in messages.
 * @throws ConfigError with all problems and their places
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { defaultsFile, overrides = [] } = options;
  const found = findFile(options);
  const source = found ? parseSource(found.name, found.text) : noSource;
  const defaults = defaultsFile && parseSource(defaultsFile, readConfigFile(defaultsFile).text);
  const whole = defaults ? withDefaults(source, defaults.settings) : source;
  const checked = checkSource(withOverrides(whole, overrides));
  const warnings = found?.remark ? [`${found.name}: ${found.remark}`, ...checked.warnings] : [];
  return {
    file: found?.name,
    ...(found?.path && { path: found.path }),
    ...checked,
    ...(warnings.length > 0 && { warnings }),
  };
}

/**
 * Validates the text of a configuration file.
 * @param name its name in messages
 * @throws ConfigError with all problems and their places
 */
export function checkConfigText(name: string, text: string): LoadedConfig & ConfigSource {
  const source = parseSource(name, text);
  return { file: name, ...source, ...checkSource(source) };
}

/** Returns the settings used when nothing is configured. */
export function defaultConfig(): Config {
  return configSchema.parse({});
}

const noSource: ConfigSource = {
  settings: {},
  placeOf: () => 'defaults',
  writtenAt: () => undefined,
  remarks: [],
  warnings: [],
};

interface FoundFile extends ConfigText {
  readonly name: string;
  readonly path?: string;
}

function findFile({ file: named, environment }: LoadOptions): FoundFile | undefined {
  if (named) return foundAt(named);
  const { BLINKY_CONFIG: file, BLINKY_CONFIG_NAME: name } = environment;
  if (file) return name ? { name, ...readConfigFile(file) } : foundAt(file);
  for (const place of usualPlaces) {
    try {
      return { name: place, path: place, ...decodeConfig(readFileSync(place)) };
    } catch (error) {
      if (!isMissing(error)) throw unreadable(place, error);
    }
  }
  return undefined;
}

const foundAt = (path: string): FoundFile => ({ name: path, path, ...readConfigFile(path) });

/**
 * Returns the text of a configuration file, whatever its encoding.
 * @throws ConfigError when it can't be read
 */
export function readConfigFile(file: string): ConfigText {
  try {
    return decodeConfig(readFileSync(file));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): ConfigError {
  const found = codeOf(error) ?? String(error);
  return new ConfigError([
    found === 'ENOENT'
      ? { place: file, what: 'file not found', fix: 'check the name and the folder' }
      : { place: file, what: `can't be read (${found})`, fix: 'check its permissions' },
  ]);
}

function checkSource(source: ConfigSource): Omit<LoadedConfig, 'file'> {
  const settings = withButlerSlackSettings(source.settings);
  const findings = findUnknownKeys(configSchema, settings);
  const result = configSchema.safeParse(settings);
  if (!result.success) {
    const problems = result.error.issues.map((issue) =>
      problemAt(source, settings, issue.path.map(stepOf), issue.message, findings),
    );
    // A field may fail several checks for one reason.
    const lines = problems.map(describeProblem);
    throw new ConfigError(
      problems.filter((_, index) => lines.indexOf(lines[index] ?? '') === index),
    );
  }
  /** Returns place and key of a setting as the user wrote it. */
  const seen = (path: Path) => {
    const written = pathInFile(path, source.settings);
    return { place: source.placeOf(written), key: keyOf(written) };
  };
  const contradictions = contradictionsIn(result.data).map(({ path, found, allowed }) => ({
    ...seen(path),
    found,
    allowed,
  }));
  if (contradictions.length > 0) throw new ConfigError(contradictions);

  const line = (path: Path, text: string): string => {
    const { place, key } = seen(path);
    return `${place}: ${key}: ${text}`;
  };
  const hostPath = ['udpServerConfig', 'serverHost'];
  const hostPlace = source.placeOf(hostPath);
  const namesButlersHost =
    findings.unusedButler.some(isButlersAlone) &&
    hostPlace !== '--set' &&
    valueAt(settings, hostPath) !== undefined;
  const replaced = replacedButlerSettings(settings);
  return {
    config: result.data,
    warnings: [
      ...source.warnings,
      ...findings.unknown.map(({ path, nearest }) =>
        line(path, `unknown setting, ignored${nearest ? `; did you mean ${keyOf(nearest)}?` : ''}`),
      ),
      ...source.remarks.map(
        ({ path, what, fix }) =>
          `${source.placeOf(path)}: ${keyOf(path)}: found ${what}. Fix: ${fix}`,
      ),
      ...settingRemarks(configSchema, settings).map(({ path, text }) => line(path, text)),
      ...replaced.map(({ path, advice }) => line(path, `not used by Blinky. Fix: ${advice}`)),
    ],
    unusedButlerKeys: findings.unusedButler.filter(
      (key) => !replaced.some(({ path }) => path.join('.').startsWith(`${key}.`)),
    ),
    ...(namesButlersHost && { butlerHostPlace: hostPlace }),
  };
}

const stepOf = (step: PropertyKey): string | number =>
  typeof step === 'number' ? step : String(step);

function problemAt(
  source: ConfigSource,
  settings: unknown,
  path: Path,
  message: string,
  { unknown }: KeyFindings,
): ConfigProblem {
  const written = pathInFile(path, source.settings);
  const key = keyOf(written);
  const remark = source.remarks.find((one) => one.isEmpty && keyOf(one.path) === key);
  const misspelt = unknown.find(({ nearest }) => nearest && keyOf(nearest) === keyOf(path));
  const allowed = noteAt(path) ?? message;
  const found = () => {
    if (remark) return remark.what;
    const value = valueAt(settings, path);
    if (value === undefined && misspelt) return `${misspelt.path.at(-1)} instead`;
    if (isGluedSetting(value, path)) return 'text with no space after the colon';
    const asWritten = isSecretKey(key) ? undefined : source.writtenAt(written);
    return asWritten === undefined ? showValue(key, value) : withoutAddressPassword(asWritten);
  };
  return {
    place: source.placeOf(written),
    key,
    found: found(),
    allowed: remark ? `${allowed}. Fix: ${remark.fix}` : allowed,
  };
}

/** Whether this is `port:80` in place of a section: text in YAML. It may be a password: never shown. */
function isGluedSetting(value: unknown, path: Path): boolean {
  const at = schemaAt(configSchema, path);
  return typeof value === 'string' && /\w:\S/.test(value) && at !== undefined && !!shapeOf(at);
}

/** Returns the allowed values of the field at `path`, or of the nearest field above that has them. */
function noteAt(path: Path): string | undefined {
  let at: z.ZodType | undefined = configSchema;
  let note: string | undefined;
  for (const step of [undefined, ...path]) {
    if (step !== undefined) at = at && below(at, step);
    note = (at && allowedBy(at)) ?? note;
  }
  return note;
}
