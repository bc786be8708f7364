import { z } from 'zod';
import { nearestName } from '../nearest-name.ts';
import { isUnusedButlerKey } from './butler.ts';
import { isSettings } from './source.ts';

/** Keys of a file that no setting answers to. */
export interface KeyFindings {
  /** Keys below `Butler`, dotted, each with the nearest known name if one is near. */
  readonly unknown: readonly { readonly key: string; readonly nearest?: string }[];
  /** Settings of Butler 6 that have no meaning here. */
  readonly unusedButler: readonly string[];
}

/** Looks through raw settings for keys that the schema does not have. */
export function findUnknownKeys(schema: z.ZodType, settings: unknown): KeyFindings {
  const unknown: { key: string; nearest?: string }[] = [];
  const unusedButler: string[] = [];

  const walk = (at: z.ZodType, value: unknown, prefix: string) => {
    const shape = shapeOf(at);
    if (!shape || !isSettings(value)) return;
    for (const [name, below] of Object.entries(value)) {
      const key = `${prefix}${name}`;
      if (Object.hasOwn(shape, name)) {
        const field = shape[name];
        if (field) walk(field, below, `${key}.`);
      } else if (isUnusedButlerKey(key)) unusedButler.push(key);
      else {
        const nearest = nearestName(name, Object.keys(shape));
        unknown.push(nearest ? { key, nearest: `${prefix}${nearest}` } : { key });
      }
    }
  };
  walk(schema, settings, '');
  return { unknown, unusedButler };
}

/** The fields of a section, looked at through its defaults. */
export function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  if (schema instanceof z.ZodObject) return schema.shape as Record<string, z.ZodType>;
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault) {
    return shapeOf(schema.unwrap() as z.ZodType);
  }
  return undefined;
}
