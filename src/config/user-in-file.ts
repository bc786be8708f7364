import { isCollection, isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml';
import type { BrokerUser } from '../broker/settings.ts';
import { plainSource } from './as-written.ts';

type User = Pick<BrokerUser, 'name' | 'passwordHash'>;

/** Path of the users in a configuration file. */
const path = ['Butler', 'brokerConfig', 'access', 'users'];

/** A range of a file's text, and its replacement. */
type Edit = readonly [start: number, end: number, text: string];

/** Returns a configuration file with nothing but this user. */
export function fileOfUser(user: User): string {
  return block(path, user, 0);
}

/**
 * Adds a user to a configuration file, or changes the user's password. The rest of the text stays
 * exactly the same, including comments and indentation.
 * @param text a valid configuration
 * @returns the new text; undefined when the users are written in a way that this can't edit, e.g. as
 *   an alias
 */
export function withUser(text: string, user: User): string | undefined {
  const edit = editFor(text, user);
  if (!edit) return undefined;
  const [start, end, piece] = edit;
  const edited = text.slice(0, start) + piece + text.slice(end);
  return passwordHashIn(edited, user.name) === user.passwordHash ? edited : undefined;
}

function editFor(text: string, user: User): Edit | undefined {
  let node: unknown = parseDocument(text).contents;
  let key: unknown;
  let isFlow = false;
  let missing = path;
  while (isMap(node) && missing.length > 0 && node.has(missing[0])) {
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === missing[0]);
    isFlow = node.flow === true;
    key = pair?.key;
    node = pair?.value;
    missing = missing.slice(1);
  }
  if (isNothing(node)) {
    const column = startOf(key) === undefined ? 0 : columnAt(text, startOf(key)) + 2;
    return isFlow ? undefined : linesBelow(text, key, block(missing, user, column));
  }
  if (!isCollection(node) || !node.range) return undefined;
  if (missing.length === 0) {
    const hash = hashNodeOf(node, user.name);
    if (hash?.range) return [hash.range[0], hash.range[1], JSON.stringify(user.passwordHash)];
  }
  const [start] = node.range;
  if (!node.flow) return linesBelow(text, key, block(missing, user, columnAt(text, start)));
  const item = flow(missing, user).slice(1, -1);
  return [start + 1, start + 1, node.items.length > 0 ? `${item}, ` : item];
}

/** Inserts directly below a key, before any comment on the next one; without a key, at the end. */
function linesBelow(text: string, key: unknown, lines: string): Edit {
  const lineEnd = startOf(key) === undefined ? -1 : text.indexOf('\n', startOf(key));
  const at = lineEnd === -1 ? text.length : lineEnd + 1;
  const isLineOpen = at > 0 && text[at - 1] !== '\n';
  return [at, at, (isLineOpen ? '\n' : '') + lines];
}

const startOf = (key: unknown): number | undefined => (isScalar(key) ? key.range?.[0] : undefined);

const columnAt = (text: string, offset = 0): number =>
  offset - text.lastIndexOf('\n', offset - 1) - 1;

const isNothing = (node: unknown): boolean =>
  node === null || node === undefined || (isScalar(node) && node.value === null);

/** Returns lines, indented by `column`, with the user below the keys of `keys`. */
function block(keys: readonly string[], { name, passwordHash }: User, column: number): string {
  const lines = keys.map((key, depth) => `${'  '.repeat(depth)}${key}:`);
  const item = '  '.repeat(keys.length);
  lines.push(
    `${item}- name: ${JSON.stringify(name)}`,
    `${item}  passwordHash: ${JSON.stringify(passwordHash)}`,
  );
  return lines.map((line) => `${' '.repeat(column)}${line}\n`).join('');
}

/** The same on one line: a map with the first key, or a list with the user. */
function flow([key, ...below]: readonly string[], user: User): string {
  if (key !== undefined) return `{ ${key}: ${flow(below, user)} }`;
  const { name, passwordHash } = user;
  return `[{ name: ${JSON.stringify(name)}, passwordHash: ${JSON.stringify(passwordHash)} }]`;
}

function hashNodeOf(users: unknown, name: string): Scalar | undefined {
  const items = isSeq(users) ? users.items : [];
  const user = items.find((item) => isMap(item) && textOf(item.get('name', true)) === name);
  const hash = isMap(user) ? user.get('passwordHash', true) : undefined;
  return isScalar(hash) ? hash : undefined;
}

/** Reads text as the loader does: `0123` without quotes is a name, too. */
const textOf = (node: unknown): unknown =>
  plainSource(node) ?? (isScalar(node) ? node.value : undefined);

function passwordHashIn(text: string, name: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? undefined : hashNodeOf(document.getIn(path), name)?.value;
}
