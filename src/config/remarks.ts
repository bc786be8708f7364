import type { z } from 'zod';
import type { SettingRemark } from './fields.ts';
import { isSettings, type Path, valueAt } from './raw-settings.ts';
import { noteOf, shapeOf } from './schema-walk.ts';

/**
 * Collects the fields' remarks on settings that are valid but may not do what was intended.
 * @param settings valid, as they were written, with Butler's own sections copied
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
