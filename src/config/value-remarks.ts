import { type Document, isAlias, isMap, isScalar, isSeq, Scalar, visit } from 'yaml';
import type { z } from 'zod';
import type { Path } from './raw-settings.ts';
import { below, isText, itemOf, shapeOf } from './schema-walk.ts';
import { isSecretKey } from './secrets.ts';

/** A remark on one setting of a file. */
export interface Remark {
  /** Below `Butler`. */
  readonly path: Path;
  /** What is there instead of a value, e.g. `no value, because # starts a comment in YAML`. */
  readonly what: string;
  readonly fix: string;
  /** Whether the setting has no value because of it. */
  readonly isEmpty: boolean;
}

/**
 * Finds text that YAML reads differently from what was intended: `channel: #alerts` is a comment,
 * `&secret` an anchor. Never contains a secret value.
 * @param butler what is below `Butler:`
 */
export function valueRemarks(
  document: Document.Parsed,
  text: string,
  butler: unknown,
  schema: z.ZodType,
): readonly Remark[] {
  const anchorsInUse = aliasesIn(document);
  const remarks: Remark[] = [];

  const walk = (from: unknown, at: z.ZodType, path: Path, column: number): void => {
    const node = isAlias(from) ? from.resolve(document) : from;
    const item = itemOf(at);
    if (isText(at) || (isNull(node) && !shapeOf(at))) {
      const remark = isScalar(node) && remarkOn(node, { text, path, at, column, anchorsInUse });
      if (remark) remarks.push({ path, ...remark });
    } else if (item && isSeq(node)) {
      node.items.forEach((one, index) => {
        walk(one, item, [...path, index], column);
      });
    } else if (shapeOf(at) && isMap(node)) {
      for (const { key, value } of node.items) {
        const name = isScalar(key) && typeof key.value === 'string' ? key.value : '';
        const field = below(at, name);
        if (field && isScalar(key)) {
          walk(value, field, [...path, name], columnOf(text, key.range?.[0] ?? 0));
        }
      }
    }
  };
  walk(butler, schema, [], -1);
  return remarks;
}

interface Place {
  readonly text: string;
  readonly path: Path;
  readonly at: z.ZodType;
  /** Column of the key in its line. */
  readonly column: number;
  readonly anchorsInUse: ReadonlySet<string>;
}

function remarkOn(node: Scalar, place: Place): Omit<Remark, 'path'> | undefined {
  const { path, anchorsInUse } = place;
  const isEmpty = node.source === '' && node.type === Scalar.PLAIN;
  const quotes = (sign: string) => `put a value that starts with ${sign} in quotes`;
  if (node.tag?.startsWith('!')) {
    const fix = quotes('!');
    if (isEmpty) return { what: 'no value, because ! starts a tag in YAML', fix, isEmpty };
    return { what: 'a value after a tag (!), which is ignored', fix, isEmpty };
  }
  if (node.anchor !== undefined && !anchorsInUse.has(node.anchor)) {
    const fix = quotes('&');
    if (isEmpty) return { what: 'no value, because & starts an anchor in YAML', fix, isEmpty };
    return { what: 'a value after an anchor (&), which is ignored', fix, isEmpty };
  }
  if (isEmpty) return emptyRemark(node, place);
  if (node.value === null && place.at.safeParse(undefined).success) {
    const what = `no value, because ${node.source} without quotes means no value in YAML`;
    return { what, fix: `if you mean the text ${node.source}, put it in quotes`, isEmpty: true };
  }
  if (
    isSecretKey(path.join('.')) &&
    node.type === Scalar.PLAIN &&
    restOfLine(node, place.text).startsWith('#')
  ) {
    const what = 'a value that ends before #, because # after a space starts a comment in YAML';
    return { what, fix: 'put the value in quotes if the rest is part of it', isEmpty };
  }
  if (/^[“”„‟‘’‚‛«].*[“”‟‘’‛»]$/su.test(String(node.value)) && node.type === Scalar.PLAIN) {
    const what = 'a value in curly quotes, which become part of it';
    return { what, fix: `use straight quotes (")`, isEmpty };
  }
  return undefined;
}

function emptyRemark(node: Scalar, { text, path, at, column }: Place) {
  const comment = commentOf(node, text, column);
  const isList = itemOf(at) !== undefined;
  const byDefault: unknown = isList ? undefined : at.safeParse(undefined).data;
  const instead =
    byDefault === undefined || byDefault === '' ? '' : `, so the default is used: ${byDefault}`;
  if (comment !== undefined && (isText(at) || /^#\S/.test(comment))) {
    const key = path.at(-1);
    const mayBeShown = isText(at) && typeof key === 'string' && !isSecretKey(path.join('.'));
    const isOneWord = mayBeShown && /^#[\w.-]{1,60}$/.test(comment);
    const quotes = `put a value that starts with # in quotes${isOneWord ? `: "${comment}"` : ''}`;
    return {
      what: `no value, because # starts a comment in YAML${instead}`,
      fix: isText(at) || isList ? quotes : 'remove the # or the line',
      isEmpty: true,
    };
  }
  // If the setting isn't text, the comment may really be a comment.
  if (instead === '' || !isText(at)) return undefined;
  return { what: `no value${instead}`, fix: 'set a value or remove the line', isEmpty: true };
}

/** Returns the comment in place of a value: on the line of its key, or indented below it. */
function commentOf(node: Scalar, text: string, column: number): string | undefined {
  const [start, , end] = node.range ?? [0, 0, 0];
  const inLine = restOfLine(node, text);
  if (inLine.startsWith('#')) return inLine;
  const [, next = ''] = text.slice(start, end).split('\n');
  const isDeeper = next.search(/\S/) > column;
  return isDeeper && /^\s*#\S/.test(next) ? next.trim() : undefined;
}

function restOfLine(node: Scalar, text: string): string {
  const from = node.range?.[1] ?? 0;
  return (text.slice(from).split('\n', 1)[0] ?? '').trim();
}

const columnOf = (text: string, offset: number): number =>
  offset - text.lastIndexOf('\n', offset - 1) - 1;

const isNull = (node: unknown): boolean => isScalar(node) && node.value === null;

function aliasesIn(document: Document.Parsed): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    Alias: (_key, node) => {
      if (isAlias(node)) names.add(node.source);
    },
  });
  return names;
}
