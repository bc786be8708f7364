import { type Document, isAlias, isMap, isScalar, isSeq, Scalar } from 'yaml';
import type { z } from 'zod';
import { isSettings, type RawSettings } from './raw-settings.ts';
import { below, isText, itemOf, shapeOf } from './schema-walk.ts';

/**
 * What YAML reads as a number, a truth or a date stays as it was written wherever text is wanted:
 * the user id `0123` is not 123.
 * @param node where `value` comes from
 * @param isItem whether `value` is an item of a list, or below one: there `null` is a text as well
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

/** The text of a value without quotes that YAML takes for something else than text. */
export function plainSource(node: unknown): string | undefined {
  const isOther = isScalar(node) && typeof node.value !== 'string' && node.type === Scalar.PLAIN;
  return isOther ? node.source || undefined : undefined;
}
