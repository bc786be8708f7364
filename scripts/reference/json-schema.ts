import { z } from 'zod';
import { unusedButlerKeys } from '../../src/config/butler.ts';
import { configSchema } from '../../src/config/schema.ts';
import { allowedBy, noteOf, shapeOf } from '../../src/config/schema-walk.ts';

type Json = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema of the configuration file, for editors. It takes all that the program takes: keys
 * without values, numbers where text is wanted, and what only Butler uses.
 */
export function configurationJsonSchema(): Json {
  const butler = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-07',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => refine(zodSchema as unknown as z.ZodType, jsonSchema),
  });
  const { $schema: _ours, ...settings } = butler;
  for (const key of unusedButlerKeys) allowKey(settings, key.split('.'));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of Blinky Light',
    type: orNull('object'),
    properties: { Butler: { ...settings, description: 'All settings.' } },
    anyOf: [{ required: ['Butler'] }, { maxProperties: 0 }],
  };
}

/** A key without a value stands for its default. Zod's type of `type` knows of one only. */
const orNull = (...types: readonly string[]): never => [...types, 'null'] as never;

/** Runs for each field after zod, from the inside out, and again for the field with its default. */
function refine(field: z.ZodType, json: Json): void {
  if (shapeOf(field)) {
    delete json.default;
    json.additionalProperties = false;
    // `{ directory: LAB }` stands for everybody there; see users-field.ts.
    const required = (json.required ?? []).filter((key) => key !== 'userId');
    if (required.length > 0) json.required = required;
    else delete json.required;
  }
  if (json.enum && !json.enum.includes(null)) json.enum = [...json.enum, null];
  // A text may look like a number.
  if (json.type === 'string') {
    json.type = json.enum ? orNull('string') : orNull('string', 'number', 'boolean');
  } else if (typeof json.type === 'string') json.type = orNull(json.type);
  if (noteOf(field, 'secret')) delete json.default;
  const allowed = shapeOf(field) ? undefined : allowedBy(field);
  if (field.description) {
    json.description = [field.description, ...(allowed ? [`Allowed: ${allowed}`] : [])].join('\n');
  }
}

/** Allows whatever Butler has below a key that means nothing here. */
function allowKey(section: Json, [key = '', ...below]: readonly string[]): void {
  section.properties ??= {};
  const known = section.properties[key];
  if (below.length === 0) section.properties[key] = true;
  else if (typeof known === 'object') allowKey(known, below);
}
