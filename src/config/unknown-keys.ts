import type { z } from 'zod';
import { nearestName } from '../platform/nearest-name.ts';
import { isUnusedButlerKey } from './butler.ts';
import { isSettings, type Path } from './raw-settings.ts';
import { itemOf, shapeOf } from './schema-walk.ts';

/** Keys of a file that are not settings. */
export interface KeyFindings {
  /** Keys below `Butler`, each with the nearest known name, if any. */
  readonly unknown: readonly { readonly path: Path; readonly nearest?: Path }[];
  /** Settings of Butler 6 that are not used, dotted. */
  readonly unusedButler: readonly string[];
}

/** Finds keys in raw settings that are not in the schema. */
export function findUnknownKeys(schema: z.ZodType, settings: unknown): KeyFindings {
  const unknown: { path: Path; nearest?: Path }[] = [];
  const unusedButler: string[] = [];
  const sections = shapeOf(schema) ?? {};

  const nearestTo = (name: string, path: Path, shape: object): Path | undefined => {
    const nearest = nearestName(name, Object.keys(shape));
    if (nearest) return [...path, nearest];
    // A section that is indented too far.
    return Object.hasOwn(sections, name) ? [name] : undefined;
  };
  const walk = (at: z.ZodType, value: unknown, path: Path) => {
    const item = itemOf(at);
    if (item && Array.isArray(value)) {
      for (const [index, one] of value.entries()) walk(item, one, [...path, index]);
      return;
    }
    const shape = shapeOf(at);
    if (!shape || !isSettings(value)) return;
    for (const [name, below] of Object.entries(value)) {
      const here = [...path, name];
      const key = here.join('.');
      const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
      if (field) walk(field, below, here);
      else if (isUnusedButlerKey(key)) unusedButler.push(...unusedKeys(key, below));
      else {
        const nearest = nearestTo(name, path, shape);
        unknown.push(nearest ? { path: here, nearest } : { path: here });
      }
    }
  };
  walk(schema, settings, []);
  return { unknown, unusedButler };
}

/** Part of `slackNotification` may be in use, so the unused keys are listed one by one. */
function unusedKeys(key: string, below: unknown): readonly string[] {
  if (key !== 'slackNotification' || !isSettings(below)) return [key];
  return Object.entries(below).flatMap(([name, value]) =>
    name === 'userSessionEvents' && isSettings(value)
      ? Object.keys(value).map((event) => `${key}.${name}.${event}`)
      : [`${key}.${name}`],
  );
}
