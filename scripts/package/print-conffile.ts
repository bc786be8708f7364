// Prints /etc/blinky/blinky.yaml of the package: every setting with its default, commented out, and
// what it may be. Made from the schema, so that it can't say anything else.
import { stringify } from 'yaml';
import { z } from 'zod';
import { configSchema, fieldNotes } from '../../src/config/schema.ts';
import { shapeOf } from '../../src/config/unknown-keys.ts';

const header = `# Settings of Blinky Light. All of them stand here with their defaults; take the # away from the
# line you change, and from the lines above it that it is indented under. Then:
#   sudo systemctl restart blinky
# A wrong value is refused with its line: journalctl -u blinky
# To look at everything: sudo -u blinky blinky check

Butler:
`;

function* linesOf(schema: z.ZodType, indent: string): Generator<string> {
  for (const [key, field] of Object.entries(shapeOf(schema) ?? {})) {
    if (shapeOf(field)) {
      yield `# ${indent}${key}:`;
      yield* linesOf(field, `${indent}  `);
    } else {
      const setting = `${key}: ${stringify(field.parse(undefined), { collectionStyle: 'flow' }).trim()}`;
      yield `# ${indent}${setting.padEnd(48 - indent.length)} # ${allowedBy(field)}`;
    }
  }
}

function allowedBy(field: z.ZodType): string {
  const isWrapped = field instanceof z.ZodDefault || field instanceof z.ZodPrefault;
  if (isWrapped) return allowedBy(field.unwrap() as z.ZodType);
  return fieldNotes.get(field)?.allowed ?? '';
}

process.stdout.write(`${header}${[...linesOf(configSchema, '  ')].join('\n')}\n`);
