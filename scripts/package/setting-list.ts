import { stringify } from 'yaml';
import { z } from 'zod';
import { configSchema, fieldNotes } from '../../src/config/schema.ts';
import { shapeOf } from '../../src/config/unknown-keys.ts';

/**
 * Every setting with its default, commented out, and what it may be. Made from the schema, so that
 * it can't say anything else.
 * @param otherDefaults by dotted key, where they differ from those of the program
 */
export function settingList(otherDefaults: Readonly<Record<string, unknown>> = {}): string {
  return `${[...linesOf(configSchema, [], otherDefaults)].join('\n')}\n`;
}

function* linesOf(
  schema: z.ZodType,
  path: readonly string[],
  otherDefaults: Readonly<Record<string, unknown>>,
): Generator<string> {
  const indent = '  '.repeat(path.length + 1);
  for (const [key, field] of Object.entries(shapeOf(schema) ?? {})) {
    const here = [...path, key];
    if (shapeOf(field)) {
      yield `# ${indent}${key}:`;
      yield* linesOf(field, here, otherDefaults);
    } else {
      const value = otherDefaults[here.join('.')] ?? field.parse(undefined);
      const setting = `${key}: ${stringify(value, { collectionStyle: 'flow' }).trim()}`;
      yield `# ${indent}${setting.padEnd(48 - indent.length)} # ${allowedBy(field)}`;
    }
  }
}

function allowedBy(field: z.ZodType): string {
  const isWrapped = field instanceof z.ZodDefault || field instanceof z.ZodPrefault;
  if (isWrapped) return allowedBy(field.unwrap() as z.ZodType);
  return fieldNotes.get(field)?.allowed ?? '';
}
