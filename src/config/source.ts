import {
  type Document,
  isMap,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
} from 'yaml';
import { ConfigError } from './problem.ts';

export type Path = readonly (string | number)[];
export type RawSettings = Record<string, unknown>;

/** The settings of one file or of the command line, and where each of them stands. */
export interface ConfigSource {
  /** What stands below `Butler:`. */
  readonly settings: RawSettings;
  /** The place of the setting at `path` (below `Butler`), or of the nearest one above it. */
  placeOf(path: Path): string;
}

/**
 * Reads YAML text whose root key is `Butler`.
 * @param name what to call the text in messages: the path of the file
 * @throws ConfigError when the text is no YAML, or has no root key `Butler`
 */
export function parseSource(name: string, text: string): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Its warnings would go to the terminal past us; what they are about is an unknown key here.
    logLevel: 'error',
  });
  const lineAt = (offset: number) => `${name}:${Math.max(lines.linePos(offset).line, 1)}`;

  const problems = document.errors.map((error) => ({
    place: lineAt(error.pos[0]),
    key: '',
    found: `no valid YAML (${error.message.split('\n')[0]})`,
    allowed: 'YAML, indented with spaces, `key: value` on each line',
  }));
  problems.push(
    ...deadAliases(document).map(({ alias, offset }) => ({
      place: lineAt(offset),
      key: '',
      found: `the alias *${alias} to something that is not there, or that it is a part of`,
      allowed: `an alias to what is marked &${alias} further up; or a value in quotes`,
    })),
  );
  if (problems.length > 0) throw new ConfigError(problems);

  const root = settingsOf(document, name);
  const butler = isSettings(root) ? (root['Butler'] ?? {}) : undefined;
  if (!isSettings(butler) || (isSettings(root) && isMisplaced(root))) {
    throw new ConfigError([
      {
        place: `${name}:1`,
        key: '',
        found: isSettings(root) ? `${rootKeyOf(root)} without settings` : 'no settings',
        allowed: 'the root key `Butler:` with all settings indented below it',
      },
    ]);
  }

  return {
    settings: withoutEmptyValues(butler),
    placeOf: (path) => {
      for (let length = path.length; length >= 0; length -= 1) {
        const offset = offsetOf(document.contents, ['Butler', ...path.slice(0, length)]);
        if (offset !== undefined) return lineAt(offset);
      }
      return `${name}:1`;
    },
  };
}

/** Aliases (YAML 1.2, section 7.1) that stand for nothing, or for something they are inside of. */
function deadAliases(document: Document.Parsed): { alias: string; offset: number }[] {
  const dead: { alias: string; offset: number }[] = [];
  visit(document, {
    Alias: (_key, node, path) => {
      const target = node.resolve(document);
      if (!target || path.includes(target)) {
        dead.push({ alias: node.source, offset: rangeStart(node) ?? 0 });
      }
    },
  });
  return dead;
}

/** @throws ConfigError when aliases of aliases would fill the memory */
function settingsOf(document: Document.Parsed, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new ConfigError([
      { place: name, key: '', found: 'too many aliases', allowed: 'up to 100 aliases (*name)' },
    ]);
  }
}

/** Another file named by mistake may hold secrets: only what looks like a key is shown. */
function rootKeyOf(root: RawSettings): string {
  const key = Object.keys(root)[0] ?? 'Butler';
  return /^\w{1,40}$/.test(key) ? `the root key ${key}` : 'something else';
}

/** Settings written at the left margin, beside `Butler` or instead of it. */
function isMisplaced(root: RawSettings): boolean {
  return !('Butler' in root) && Object.keys(root).length > 0;
}

/** Where the key (or list item) at the end of `path` begins in the text. */
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

function nodeItem(node: unknown, index: string | number): unknown {
  const items = typeof node === 'object' && node !== null && 'items' in node ? node.items : [];
  return Array.isArray(items) ? items[Number(index)] : undefined;
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const [start] = Array.isArray(node.range) ? node.range : [];
  return typeof start === 'number' ? start : undefined;
}

export function isSettings(value: unknown): value is RawSettings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `slackConfig:` with nothing behind it means its defaults, not the value null. */
function withoutEmptyValues(settings: RawSettings): RawSettings {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isSettings(value) ? withoutEmptyValues(value) : value]),
  );
}
