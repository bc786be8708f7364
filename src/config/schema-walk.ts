import { z } from 'zod';
import { type FieldNote, fieldNotes } from './fields.ts';
import type { Path } from './raw-settings.ts';

/** Returns a schema and, in order, the schemas inside its defaults and conversions. */
function layersOf(schema: z.ZodType): readonly z.ZodType[] {
  const below = insideOf(schema);
  return below ? [schema, ...layersOf(below)] : [schema];
}

function insideOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodPipe) {
    const { in: before, out: after } = schema;
    return (before instanceof z.ZodTransform ? after : before) as z.ZodType;
  }
  const mayBeLeftOut =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional;
  return mayBeLeftOut ? (schema.unwrap() as z.ZodType) : undefined;
}

/** Returns the schema of a field without its defaults and conversions. */
export function innermost(schema: z.ZodType): z.ZodType {
  return layersOf(schema).at(-1) ?? schema;
}

/** Returns the fields of a section, also if it has defaults. */
export function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const inner = innermost(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
}

/** Returns the schema of the items of a list. */
export function itemOf(schema: z.ZodType): z.ZodType | undefined {
  const inner = innermost(schema);
  return inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
}

/** Whether the field is free text, not a choice of words. */
export function isText(schema: z.ZodType): boolean {
  return innermost(schema).type === 'string';
}

/** Returns the schema one step below: of a key in a section, or an item in a list. */
export function below(schema: z.ZodType, step: string | number): z.ZodType | undefined {
  const shape = shapeOf(schema);
  if (shape) return Object.hasOwn(shape, step) ? shape[step] : undefined;
  return Number.isInteger(Number(step)) ? itemOf(schema) : undefined;
}

export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((at, step) => at && below(at, step), schema);
}

/** Returns a note of a field; the outermost layer that has it wins. */
export function noteOf<Name extends keyof FieldNote>(
  schema: z.ZodType,
  name: Name,
): FieldNote[Name] | undefined {
  for (const layer of layersOf(schema)) {
    const note = fieldNotes.get(layer)?.[name];
    if (note !== undefined) return note;
  }
  return undefined;
}

/** Returns the description of the values that a field allows. */
export function allowedBy(schema: z.ZodType): string | undefined {
  return noteOf(schema, 'allowed');
}
