import { isAlias, isMap, isScalar, parseDocument, Scalar } from 'yaml';
import type { z } from 'zod';
import { asWritten } from './as-written.ts';
import { inputSchema } from './input-schema.ts';
import { ConfigError } from './problem.ts';
import { isSettings, type Path, type RawSettings } from './raw-settings.ts';
import { isText, schemaAt } from './schema-walk.ts';
import type { ConfigSource } from './source.ts';

/**
 * Applies `--set KEY=VALUE` to the settings of a source. Text is used as it is, with or without
 * quotes; other values are parsed as YAML, so that `true`, `8081` and `[10.0.0.7]` mean the same as in
 * the file.
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
  const isOverridden = (path: Path) => isBelowAny(overridden, path.join('.'));
  return {
    ...source,
    settings,
    placeOf: (path) => (isOverridden(path) ? '--set' : source.placeOf(path)),
    writtenAt: (path) => (isOverridden(path) ? undefined : source.writtenAt(path)),
    remarks: source.remarks.filter(({ path }) => !isOverridden(path)),
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
  if (key === '') throw wrongOverride(`${JSON.stringify(override)} is not a setting`);
  const path = key.split('.');
  const text = override.slice(split + 1).trim();
  const schema = schemaAt(inputSchema, path);
  const value = schema && isText(schema) ? textOf(text) : yamlValue(key, text, schema);
  return { path, value };
}

function yamlValue(key: string, text: string, schema: z.ZodType | undefined): unknown {
  const document = parseDocument(text, { logLevel: 'error' });
  const { contents } = document;
  // `::` is not a section with the key `:`, and `*` is not an alias.
  if (isAlias(contents) || (isMap(contents) && contents.flow !== true)) return text;
  if (document.errors.length > 0) {
    throw wrongOverride(`invalid YAML after ${key}= (put text with special characters in quotes)`);
  }
  try {
    // What YAML reads as a comment is an invalid value here, not an empty one.
    return asWritten(document, contents, schema, document.toJS({ maxAliasCount: 0 })) ?? text;
  } catch (error) {
    if (error instanceof ReferenceError)
      throw wrongOverride(`YAML aliases (*) are not allowed after ${key}=`);
    throw error;
  }
}

/** Removes quotes around a text; on a command line, # and : are ordinary characters. */
function textOf(text: string): string {
  if (!/^(["']).*\1$/su.test(text)) return text;
  const { contents, errors } = parseDocument(text, { logLevel: 'error' });
  const isQuoted =
    isScalar(contents) &&
    (contents.type === Scalar.QUOTE_DOUBLE || contents.type === Scalar.QUOTE_SINGLE);
  return isQuoted && errors.length === 0 ? String(contents.value) : text;
}

function wrongOverride(what: string): ConfigError {
  const fix = 'use KEY=VALUE, for example Butler.webConfig.port=8081';
  return new ConfigError([{ place: '--set', what, fix }]);
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
