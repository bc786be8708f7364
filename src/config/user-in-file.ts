import { isCollection, isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml';
import type { BrokerUser } from '../broker/settings.ts';
import { plainSource } from './as-written.ts';

type User = Pick<BrokerUser, 'name' | 'passwordHash'>;

/** Where users stand in a configuration file. */
const path = ['Butler', 'brokerConfig', 'access', 'users'];

/** A piece of a file's text, by offset, and what comes in its place. */
type Edit = readonly [start: number, end: number, text: string];

/** What stands in a configuration file that says nothing but who this user is. */
export function fileOfUser(user: User): string {
  return block(path, user, 0);
}

/**
 * Adds a user to a configuration file, or changes the user's password. All else in the text stays
 * letter by letter, comments and columns included.
 * @param text a configuration in which the loader finds no mistake
 * @returns the new text; undefined where users stand in a way that this can't change, e.g. behind
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

/** Straight below the line of a key, before any comment on what comes next; or at the end. */
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

/** Lines from `column` on that hold the user below the keys of `keys`. */
function block(keys: readonly string[], { name, passwordHash }: User, column: number): string {
  const lines = keys.map((key, depth) => `${'  '.repeat(depth)}${key}:`);
  const item = '  '.repeat(keys.length);
  lines.push(
    `${item}- name: ${JSON.stringify(name)}`,
    `${item}  passwordHash: ${JSON.stringify(passwordHash)}`,
  );
  return lines.map((line) => `${' '.repeat(column)}${line}\n`).join('');
}

/** The same on one line: a map of the first key, or a list with the user. */
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

/** As the loader reads a text: `0123` without quotes is a name, too. */
const textOf = (node: unknown): unknown =>
  plainSource(node) ?? (isScalar(node) ? node.value : undefined);

function passwordHashIn(text: string, name: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? undefined : hashNodeOf(document.getIn(path), name)?.value;
}
