import { type Document, isAlias, isMap, isScalar, isSeq, Scalar } from 'yaml';
import type { z } from 'zod';
import { isSettings, type RawSettings } from './raw-settings.ts';
import { below, isText, itemOf, shapeOf } from './schema-walk.ts';

/**
 * Keeps values that YAML reads as a number, boolean or date as they were written where a setting is
 * text: the user ID `0123` is not 123.
 * @param node the source of `value`
 * @param isItem whether `value` is an item of a list, or below one: there, `null` is text as well
 */
export function asWritten(
  document: Document.Parsed,
  node: unknown,
  schema: z.ZodType | undefined,
  value: unknown,
  isItem = false,
): unknown {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (!schema) return value;
  if (isText(schema)) {
    const text = plainSource(target);
    return text === undefined || (value === null && !isItem) ? value : text;
  }
  const item = itemOf(schema);
  if (item && isSeq(target) && Array.isArray(value)) {
    return value.map((one, index) => asWritten(document, target.items[index], item, one, true));
  }
  if (!shapeOf(schema) || !isMap(target) || !isSettings(value)) return value;
  const written: RawSettings = { ...value };
  for (const { key, value: node } of target.items) {
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
    const field = name === undefined ? undefined : below(schema, name);
    if (name !== undefined && field && Object.hasOwn(value, name)) {
      written[name] = asWritten(document, node, field, value[name], isItem);
    }
  }
  return written;
}

/** Returns the source of an unquoted value that YAML does not read as text. */
export function plainSource(node: unknown): string | undefined {
  const isOther = isScalar(node) && typeof node.value !== 'string' && node.type === Scalar.PLAIN;
  return isOther ? node.source || undefined : undefined;
}
