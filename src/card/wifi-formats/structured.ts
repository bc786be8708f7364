import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { wrong } from '../plan.ts';
import type { FoundNetwork, FoundSettings } from './found.ts';
import { isEnterprise, type Meaning, meaningOfKey } from './key-meanings.ts';

export const isNetplanText = (text: string): boolean =>
  /^[^\S\n]*(wifis|access-points)[^\S\n]*:/m.test(text);

export const isJsonText = (text: string): boolean => /^\s*(\{|\[\s*[{\]])/.test(text);

type Entries = Map<string, Value>;
type Value = string | Entries | readonly Value[];

/** Maximum depth of Wi-Fi settings. */
const mostLevels = 12;

/** Reads netplan's YAML, also used in cloud-init's `network-config`: names below `access-points`. */
export function readNetplan(file: string, text: string): FoundSettings {
  const { value, problem } = parse(text);
  if (problem) return broken(file, 'netplan', 'YAML', problem.line);
  const networks: FoundNetwork[] = [];
  let country: string | undefined;
  const look = (entries: Entries) => {
    country ??= textAt(entries, 'regulatory-domain');
    const points = entries.get('access-points');
    for (const [name, point] of points instanceof Map ? points : []) {
      networks.push(accessPoint(name, point));
    }
  };
  forEachEntries(value, look);
  return {
    layout: 'netplan',
    networks,
    ...(country && { country: { value: country } }),
    notes: [],
  };
}

function accessPoint(name: string, point: Value): FoundNetwork {
  if (!(point instanceof Map)) return { name };
  const auth = point.get('auth');
  const management = (auth instanceof Map && textAt(auth, 'key-management')) || '';
  const needsUser =
    (auth instanceof Map && auth.has('identity')) ||
    (isEnterprise(management) && !/psk/i.test(management));
  const password =
    textAt(point, 'password') ?? (auth instanceof Map ? textAt(auth, 'password') : undefined);
  const isOpen = point.size === 0 || management === 'none';
  return {
    name,
    password: password ?? (isOpen ? '' : undefined),
    ...(needsUser && { obstacle: 'enterprise' }),
  };
}

/** Reads JSON objects with a name or password, whatever is around them. */
export function readJson(file: string, text: string): FoundSettings {
  const { value, problem } = parse(text);
  if (problem || !isCompleteJson(text)) return broken(file, 'JSON', 'JSON', problem?.line);
  const networks: FoundNetwork[] = [];
  let country: string | undefined;
  forEachEntries(value, (entries) => {
    const said = (wanted: Meaning) => {
      const texts = [...entries].filter(([, one]) => typeof one === 'string');
      const found = texts.find(([key]) => meaningOfKey(key) === wanted)?.[1];
      return typeof found === 'string' ? found : undefined;
    };
    country ??= said('country');
    const name = said('name');
    const password = said('password');
    // The name of an object that contains the networks.
    const isAround = password === undefined && [...entries.values()].some(hasEntries);
    if (isAround || (!name && password === undefined)) return;
    const needsUser = said('user') || isEnterprise(said('security') ?? '');
    networks.push({ name, password, ...(needsUser && { obstacle: 'enterprise' }) });
  });
  return { layout: 'JSON', networks, ...(country && { country: { value: country } }), notes: [] };
}

function isCompleteJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function broken(
  file: string,
  layout: 'netplan' | 'JSON',
  language: string,
  line: number | undefined,
): FoundSettings {
  const where = line === undefined ? file : `${file}, line ${line}`;
  const note = wrong(
    `${where}: invalid ${language}. Fix: correct it, or write name=… and password=… instead`,
  );
  return { layout, networks: [], notes: [note] };
}

/** Parses YAML, which includes JSON, with every value as it is written: 0123 stays 0123. */
function parse(text: string): { value: Value; problem?: { line: number } } {
  try {
    return parseYaml(text);
  } catch (error) {
    // Too many levels for the parser's stack.
    if (error instanceof RangeError) return { value: '', problem: { line: 1 } };
    throw error;
  }
}

function parseYaml(text: string): ReturnType<typeof parse> {
  const lines = new LineCounter();
  const document = parseDocument(
    text.replace(/^\t+/gm, (tabs) => '  '.repeat(tabs.length)),
    { schema: 'failsafe', lineCounter: lines, prettyErrors: false, logLevel: 'error' },
  );
  const [error] = document.errors;
  if (error) {
    const lastLine = text.trimEnd().split('\n').length;
    return { value: '', problem: { line: Math.min(lines.linePos(error.pos[0]).line, lastLine) } };
  }
  return { value: plainValue(document.contents, mostLevels) };
}

function plainValue(node: unknown, levels: number): Value {
  if (levels === 0) return '';
  if (isMap(node)) {
    return new Map(
      node.items.map(({ key, value }) => [
        isScalar(key) ? String(key.value) : '',
        plainValue(value, levels - 1),
      ]),
    );
  }
  // No value: neither an empty text nor the word null.
  if (isScalar(node) && node.type === 'PLAIN' && /^(null|~|)$/i.test(String(node.value))) return [];
  if (isScalar(node)) return String(node.value);
  const items = typeof node === 'object' && node !== null && 'items' in node ? node.items : [];
  return Array.isArray(items) ? items.map((item) => plainValue(item, levels - 1)) : '';
}

function forEachEntries(value: Value, look: (entries: Entries) => void): void {
  if (typeof value === 'string') return;
  if (value instanceof Map) look(value);
  for (const inner of value instanceof Map ? value.values() : value) forEachEntries(inner, look);
}

const hasEntries = (value: Value): boolean =>
  value instanceof Map || (typeof value !== 'string' && value.some(hasEntries));

function textAt(entries: Entries, key: string): string | undefined {
  const value = entries.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
