import { stringify } from 'yaml';
import type { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { allowedBy, shapeOf } from '../../src/config/schema-walk.ts';

/**
 * Lists every setting with its default, commented out, what it does and its allowed values. Generated
 * from the schema, so it is always correct.
 * @param otherDefaults by dotted key, if they differ from the program's
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
    yield `# ${indent}# ${field.description}`;
    if (shapeOf(field)) {
      yield `# ${indent}${key}:`;
      yield* linesOf(field, here, otherDefaults);
    } else {
      const value = otherDefaults[here.join('.')] ?? field.parse(undefined);
      const setting = `${key}: ${stringify(value, { collectionStyle: 'flow' }).trim()}`;
      yield `# ${indent}${setting.padEnd(48 - indent.length)} # ${allowedBy(field) ?? ''}`;
    }
  }
}
