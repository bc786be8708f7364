import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
} from 'yaml';
import { asWritten, plainSource } from './as-written.ts';
import { inputSchema } from './input-schema.ts';
import { withoutPlaceholders } from './placeholders.ts';
import { ConfigError } from './problem.ts';
import { isSettings, type Path, type RawSettings } from './raw-settings.ts';
import { butlerSettings, isButlerSos, keysBesideButler } from './root-key.ts';
import { type Remark, valueRemarks } from './value-remarks.ts';
import { yamlProblems } from './yaml-problems.ts';

/** The settings of a file or the command line, and where each of them is. */
export interface ConfigSource {
  /** The settings below `Butler:`, every text as it was written. */
  readonly settings: RawSettings;
  /** Returns the place of the setting at `path` (below `Butler`), or of the nearest one above it. */
  placeOf(path: Path): string;
  /** Returns an unquoted value that isn't text as it was written, e.g. `0x1F`. */
  writtenAt(path: Path): string | undefined;
  /** Remarks on values that YAML reads differently from what was intended. */
  readonly remarks: readonly Remark[];
  /** Lines for the log about the file as a whole. */
  readonly warnings: readonly string[];
}

/**
 * Parses YAML text with the root key `Butler`.
 * @param name name of the text in messages: the path of the file
 * @throws ConfigError when the text is invalid YAML or has no root key `Butler`
 */
export function parseSource(name: string, text: string): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Its warnings would go straight to the terminal; what they are about is an unknown setting here.
    logLevel: 'error',
  });
  const lineAt = (offset: number) => `${name}:${Math.max(lines.linePos(offset).line, 1)}`;
  refuseInvalid(name, document, text, lines);

  const root = settingsOf(document, name);
  const found = butlerSettings(root);
  if ('what' in found) {
    const offset = found.key === undefined ? undefined : offsetOf(document.contents, [found.key]);
    const what = found.what + specialSpaces(text);
    throw new ConfigError([{ place: lineAt(offset ?? 0), what, fix: found.fix }]);
  }

  const butler = nodeAt(document, ['Butler']);
  const settings = asWritten(document, butler, inputSchema, found.settings);
  const placeholders = withoutPlaceholders(
    withoutEmptyValues(isSettings(settings) ? settings : {}),
    inputSchema,
  );
  return {
    settings: placeholders.settings,
    placeOf: (path) => {
      for (let length = path.length; length >= 0; length -= 1) {
        const offset = offsetOf(document.contents, ['Butler', ...path.slice(0, length)]);
        if (offset !== undefined) return lineAt(offset);
      }
      return `${name}:1`;
    },
    writtenAt: (path) => plainSource(nodeAt(document, ['Butler', ...path])),
    remarks: [...valueRemarks(document, text, butler, inputSchema), ...placeholders.remarks],
    warnings: keysBesideButler(root).map(
      (key) => `${lineAt(offsetOf(document.contents, [key]) ?? 0)}: ${besideButler(key)}`,
    ),
  };
}

function refuseInvalid(
  name: string,
  document: Document.Parsed,
  text: string,
  lines: LineCounter,
): void {
  const problems = yamlProblems(document, text, lines);
  if (problems.length === 0) return;
  throw new ConfigError(
    problems.map(({ line, what, fix }) => ({ place: `${name}:${line}`, what, fix })),
  );
}

function besideButler(key: string): string {
  const name = key.trim();
  if (isButlerSos(name)) {
    return `${name} belongs to another program, Butler SOS, and is ignored. Fix: remove it and the lines below it`;
  }
  return name === key
    ? `${name} is not indented below Butler and is ignored. Fix: indent it and the lines that belong to it`
    : `${name} is indented with special space characters and is ignored. Fix: use ordinary spaces`;
}

/** YAML indents with ordinary spaces only; the special ones of web pages and Word look the same. */
function specialSpaces(text: string): string {
  const line = text
    .split('\n')
    .findIndex((one) => /^\s*[\u00a0\u2000-\u200b\u202f\u3000]/.test(one));
  return line === -1
    ? ''
    : ` (line ${line + 1} is indented with special space characters instead of ordinary spaces)`;
}

/** @throws ConfigError when nested aliases would fill the memory */
function settingsOf(document: Document.Parsed, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new ConfigError([
      { place: name, what: 'too many aliases', fix: 'use at most 100 aliases (*name)' },
    ]);
  }
}

/** Returns the offset in the text of the key or list item at `path`. */
function offsetOf(contents: ParsedNode | null, path: Path): number | undefined {
  let node: unknown = contents;
  let offset: number | undefined;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!pair) return undefined;
      offset = rangeStart(pair.key);
      node = pair.value;
    } else {
      const item = nodeItem(node, step);
      if (item === undefined) return undefined;
      offset = rangeStart(item);
      node = item;
    }
  }
  return offset;
}

/** Returns the node at `path`, with aliases resolved. */
function nodeAt(document: Document.Parsed, path: Path): unknown {
  return path.reduce<unknown>((node, step) => {
    const below = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === step)?.value
      : nodeItem(node, step);
    return isAlias(below) ? below.resolve(document) : below;
  }, document.contents);
}

function nodeItem(node: unknown, index: string | number): unknown {
  const items = typeof node === 'object' && node !== null && 'items' in node ? node.items : [];
  return Array.isArray(items) ? items[Number(index)] : undefined;
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const [start] = Array.isArray(node.range) ? node.range : [];
  return typeof start === 'number' ? start : undefined;
}

/** Removes keys without a value: `slackConfig:` alone means its defaults, not null. */
function withoutEmptyValues(settings: RawSettings): RawSettings {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isSettings(value) ? withoutEmptyValues(value) : value]),
  );
}

/** Merges the settings of a source over defaults. */
export function withDefaults(source: ConfigSource, defaults: RawSettings): ConfigSource {
  return { ...source, settings: merged(defaults, source.settings) };
}

function merged(below: RawSettings, above: RawSettings): RawSettings {
  const joined: RawSettings = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const lower = Object.hasOwn(below, key) ? below[key] : undefined;
    joined[key] = isSettings(lower) && isSettings(value) ? merged(lower, value) : value;
  }
  return joined;
}
