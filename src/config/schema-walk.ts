import { z } from 'zod';
import { type FieldNote, fieldNotes } from './fields.ts';
import type { Path } from './raw-settings.ts';

/** A schema and, in order, what is inside of its defaults and conversions. */
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

/** What a field is, its defaults and conversions taken off. */
export function innermost(schema: z.ZodType): z.ZodType {
  return layersOf(schema).at(-1) ?? schema;
}

/** The fields of a section, looked at through its defaults. */
export function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const inner = innermost(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
}

/** What the items of a list are. */
export function itemOf(schema: z.ZodType): z.ZodType | undefined {
  const inner = innermost(schema);
  return inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
}

/** Whether the field holds free text; a choice of words does not. */
export function isText(schema: z.ZodType): boolean {
  return innermost(schema).type === 'string';
}

/** The schema one step below: of a key in a section, of an item in a list. */
export function below(schema: z.ZodType, step: string | number): z.ZodType | undefined {
  const shape = shapeOf(schema);
  if (shape) return Object.hasOwn(shape, step) ? shape[step] : undefined;
  return Number.isInteger(Number(step)) ? itemOf(schema) : undefined;
}

export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((at, step) => at && below(at, step), schema);
}

/** What is noted of a field; of its layers the outermost says. */
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

/** What a field allows, in words. */
export function allowedBy(schema: z.ZodType): string | undefined {
  return noteOf(schema, 'allowed');
}
