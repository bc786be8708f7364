import { parse } from 'yaml';
import { ConfigError } from './problem.ts';
import { type ConfigSource, isSettings, type RawSettings } from './source.ts';

/**
 * Lays `--set KEY=VALUE` settings over those of a source. Values are read as YAML, so that
 * `true`, `8081` and `[10.0.0.7]` mean what they mean in the file.
 * @throws ConfigError for one that is not of the form KEY=VALUE
 */
export function withOverrides(source: ConfigSource, overrides: readonly string[]): ConfigSource {
  const settings = structuredClone(source.settings);
  const overridden = new Set<string>();
  for (const override of overrides) {
    const { path, value } = parseOverride(override);
    setAt(settings, path, value);
    overridden.add(path.join('.'));
  }
  return {
    settings,
    placeOf: (path) => (isBelowAny(overridden, path.join('.')) ? '--set' : source.placeOf(path)),
  };
}

function isBelowAny(keys: ReadonlySet<string>, key: string): boolean {
  return [...keys].some((one) => key === one || key.startsWith(`${one}.`));
}

function parseOverride(override: string): { path: readonly string[]; value: unknown } {
  const split = override.indexOf('=');
  const key = override
    .slice(0, Math.max(split, 0))
    .trim()
    .replace(/^Butler\./, '');
  try {
    if (key === '') throw new Error('no key');
    return { path: key.split('.'), value: parse(override.slice(split + 1)) ?? '' };
  } catch {
    throw new ConfigError([
      {
        place: '--set',
        key: '',
        found: JSON.stringify(override),
        allowed: 'KEY=VALUE, for example Butler.webConfig.port=8081',
      },
    ]);
  }
}

function setAt(settings: RawSettings, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    settings[key] = value;
    return;
  }
  const below = Object.hasOwn(settings, key) ? settings[key] : undefined;
  const next: RawSettings = isSettings(below) ? below : {};
  settings[key] = next;
  setAt(next, rest, value);
}
