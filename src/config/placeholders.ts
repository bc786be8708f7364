import type { z } from 'zod';
import { isSettings, type Path, type RawSettings } from './raw-settings.ts';
import { below, isText } from './schema-walk.ts';
import { isSecretKey } from './secrets.ts';
import type { Remark } from './value-remarks.ts';

/**
 * Removes placeholders of Butler's template, such as `<FQDN or IP of MQTT server>`, that were not
 * replaced by a value. Adds a remark if the section is in use.
 */
export function withoutPlaceholders(
  settings: RawSettings,
  schema: z.ZodType,
): { settings: RawSettings; remarks: readonly Remark[] } {
  const remarks: Remark[] = [];

  const walk = (section: RawSettings, at: z.ZodType, path: Path): RawSettings => {
    const kept: RawSettings = {};
    for (const [key, value] of Object.entries(section)) {
      const field = below(at, key);
      const here = [...path, key];
      // A secret may look like a placeholder.
      if (field && isText(field) && isPlaceholder(value) && !isSecretKey(key)) {
        if (section['enable'] !== false) remarks.push(remarkOn(here, field));
      } else kept[key] = field && isSettings(value) ? walk(value, field, here) : value;
    }
    return kept;
  };
  return { settings: walk(settings, schema, []), remarks };
}

const isPlaceholder = (value: unknown): boolean =>
  typeof value === 'string' && /^<[^<>]+>$/.test(value.trim());

function remarkOn(path: Path, field: z.ZodType): Remark {
  const byDefault = field.safeParse(undefined).data;
  const instead =
    typeof byDefault === 'string' && byDefault
      ? `the default ${byDefault} is used`
      : 'it is ignored';
  return {
    path,
    what: `a placeholder (<…>), so ${instead}`,
    fix: 'enter a value or remove the line',
    isEmpty: true,
  };
}
