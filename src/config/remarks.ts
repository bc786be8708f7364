import type { z } from 'zod';
import type { SettingRemark } from './fields.ts';
import { isSettings, type Path, valueAt } from './raw-settings.ts';
import { noteOf, shapeOf } from './schema-walk.ts';

/**
 * What the fields say about settings that are in force, though perhaps not as they were meant.
 * @param settings as they were written, after Butler's own sections were taken over; the schema finds
 *   them right
 */
export function settingRemarks(
  schema: z.ZodType,
  settings: unknown,
  path: Path = [],
): readonly SettingRemark[] {
  const own = noteOf(schema, 'remarks')?.(settings) ?? [];
  const shape = isSettings(settings) ? shapeOf(schema) : undefined;
  return [
    ...own.map((remark) => ({ ...remark, path: [...path, ...remark.path] })),
    ...Object.entries(shape ?? {}).flatMap(([key, field]) =>
      settingRemarks(field, valueAt(settings, [key]), [...path, key]),
    ),
  ];
}
