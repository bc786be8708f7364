import { isMap, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml';
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
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => `${name}:${Math.max(lines.linePos(offset).line, 1)}`;

  const problems = document.errors.map((error) => ({
    place: lineAt(error.pos[0]),
    key: '',
    found: `no valid YAML (${error.message.split('\n')[0]})`,
    allowed: 'YAML, indented with spaces, `key: value` on each line',
  }));
  if (problems.length > 0) throw new ConfigError(problems);

  const root: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  const butler = isSettings(root) ? (root['Butler'] ?? {}) : undefined;
  if (!isSettings(butler) || (isSettings(root) && isMisplaced(root))) {
    throw new ConfigError([
      {
        place: `${name}:1`,
        key: '',
        found: isSettings(root)
          ? `the root key ${Object.keys(root)[0] ?? 'Butler'} without settings`
          : 'no settings',
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
