import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { replacedButlerSettings, withButlerSlackSettings } from './butler.ts';
import { withDefaults } from './defaults.ts';
import { withOverrides } from './overrides.ts';
import { ConfigError, type ConfigProblem, showValue } from './problem.ts';
import { type Config, configSchema, contradictionsIn, fieldNotes } from './schema.ts';
import { type ConfigSource, isSettings, type Path, parseSource } from './source.ts';
import { findUnknownKeys, shapeOf } from './unknown-keys.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** What messages call the file that was read; undefined when the defaults are used. */
  readonly file: string | undefined;
  /** The same file's path; undefined where what was read is a copy of what the user wrote. */
  readonly path?: string;
  /** Lines for the log: unknown keys and the like. */
  readonly warnings: readonly string[];
  /** Butler 6's settings that have no meaning here, dotted, below `Butler`. */
  readonly unusedButlerKeys: readonly string[];
}

export interface LoadOptions {
  /** The file named by `--config`, which must exist. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `KEY=VALUE` of each `--set`. */
  readonly overrides?: readonly string[];
  /** The file with the settings that hold where the configuration says nothing (`--defaults`). */
  readonly defaultsFile?: string | undefined;
}

/** Looked for in this order when neither `--config` nor `BLINKY_CONFIG` names a file. */
const usualPlaces = ['./blinky.yaml', '/etc/blinky/blinky.yaml'] as const;

/**
 * Finds, reads and checks the configuration. Messages call a file that is named by the
 * environment as `BLINKY_CONFIG_NAME` says, where the file is a copy of what the user wrote.
 * @throws ConfigError with every problem found, each with its place
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { defaultsFile, overrides = [] } = options;
  const found = findFile(options);
  const source = found ? parseSource(found.name, found.text) : noSource;
  const defaults = defaultsFile && parseSource(defaultsFile, readNamedFile(defaultsFile));
  const whole = defaults ? withDefaults(source, defaults.settings) : source;
  const checked = checkSource(withOverrides(whole, overrides));
  return { file: found?.name, ...(found?.path && { path: found.path }), ...checked };
}

/**
 * Checks the text of a configuration file.
 * @param name what messages call it
 * @throws ConfigError with every problem found, each with its place
 */
export function checkConfigText(name: string, text: string): LoadedConfig & ConfigSource {
  const source = parseSource(name, text);
  return { file: name, ...source, ...checkSource(source) };
}

/** What is in force where nothing is configured. */
export function defaultConfig(): Config {
  return configSchema.parse({});
}

const noSource: ConfigSource = { settings: {}, placeOf: () => 'defaults' };

interface FoundFile {
  readonly name: string;
  readonly text: string;
  readonly path?: string;
}

function findFile({ file: named, environment }: LoadOptions): FoundFile | undefined {
  if (named) return foundAt(named);
  const { BLINKY_CONFIG: file, BLINKY_CONFIG_NAME: name } = environment;
  if (file) return name ? { name, text: readNamedFile(file) } : foundAt(file);
  for (const place of usualPlaces) {
    try {
      return { name: place, path: place, text: readFileSync(place, 'utf8') };
    } catch (error) {
      if (!isMissingFile(error)) throw unreadable(place, error);
    }
  }
  return undefined;
}

const foundAt = (path: string): FoundFile => ({ name: path, path, text: readNamedFile(path) });

function readNamedFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function unreadable(file: string, error: unknown): ConfigError {
  const found = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new ConfigError([
    {
      place: file,
      key: '',
      found: found === 'ENOENT' ? 'no such file' : `a file that can't be read (${found})`,
      allowed: 'a configuration file that this user may read',
    },
  ]);
}

function checkSource(source: ConfigSource): Omit<LoadedConfig, 'file'> {
  const settings = withButlerSlackSettings(source.settings);
  const findings = findUnknownKeys(configSchema, settings);
  const result = configSchema.safeParse(settings);
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map((issue) =>
        problemAt(source, settings, issue.path.map(stepOf), issue.message),
      ),
    );
  }
  const contradictions = contradictionsIn(result.data).map(({ path, found, allowed }) => ({
    place: source.placeOf(path),
    key: keyOf(path),
    found,
    allowed,
  }));
  if (contradictions.length > 0) throw new ConfigError(contradictions);

  const replaced = replacedButlerSettings(settings);
  return {
    config: result.data,
    warnings: [
      ...findings.unknown.map(
        ({ key, nearest }) =>
          `${source.placeOf(key.split('.'))}: ${keyOf(key.split('.'))}: unknown key, ignored${
            nearest ? `; did you mean ${keyOf(nearest.split('.'))}?` : ''
          }`,
      ),
      ...replaced.map(
        ({ path, advice }) =>
          `${source.placeOf(path)}: ${keyOf(path)}: not used here. Fix: ${advice}`,
      ),
    ],
    unusedButlerKeys: findings.unusedButler.filter(
      (key) => !replaced.some(({ path }) => path.join('.').startsWith(`${key}.`)),
    ),
  };
}

const stepOf = (step: PropertyKey): string | number =>
  typeof step === 'number' ? step : String(step);

const keyOf = (path: Path): string => ['Butler', ...path].join('.');

function problemAt(
  source: ConfigSource,
  settings: unknown,
  path: Path,
  message: string,
): ConfigProblem {
  const key = keyOf(path);
  return {
    place: source.placeOf(path),
    key,
    found: showValue(key, valueAt(settings, path)),
    allowed: noteAt(configSchema, path) ?? message,
  };
}

function valueAt(settings: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isSettings(value) ? value[step] : undefined;
  }, settings);
}

/** What the field at `path` allows, in words; of the nearest field above it that says. */
function noteAt(schema: z.ZodType, path: Path): string | undefined {
  const [step, ...rest] = path;
  const inner = withoutDefault(schema);
  const own = fieldNotes.get(inner)?.allowed;
  if (step === undefined) return own;
  const below = inner instanceof z.ZodArray ? (inner.element as z.ZodType) : shapeOf(inner)?.[step];
  return (below && noteAt(below, rest)) ?? own;
}

function withoutDefault(schema: z.ZodType): z.ZodType {
  const wrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wrapped ? withoutDefault(schema.unwrap() as z.ZodType) : schema;
}
