import type { z } from 'zod';
import { everyOrigin } from '../platform/origin.ts';
import type { Contradiction } from './fields.ts';
import { type Path, valueAt } from './raw-settings.ts';
import { type Config, configSchema } from './schema.ts';
import { noteOf, shapeOf } from './schema-walk.ts';

/** Finds settings that are valid on their own but contradict each other. */
export function contradictionsIn(config: Config): Contradiction[] {
  return [...contradictionsBelow(configSchema, config), ...everybodyMayPublish(config)];
}

/** Runs the rules of each section. */
function contradictionsBelow(
  schema: z.ZodType,
  settings: unknown,
  path: Path = [],
): Contradiction[] {
  const find = noteOf(schema, 'contradictions');
  const own = find?.(settings as never) ?? [];
  return [
    ...own.map((one) => ({ ...one, path: [...path, ...one.path] })),
    ...Object.entries(shapeOf(schema) ?? {}).flatMap(([key, field]) =>
      contradictionsBelow(field, valueAt(settings, [key]), [...path, key]),
    ),
  ];
}

/** A web page of any origin runs inside the user's network, so it must not be able to publish. */
function everybodyMayPublish({ webConfig, brokerConfig }: Config): Contradiction[] {
  if (brokerConfig.access.anonymous !== 'publish') return [];
  if (!webConfig.allowedOrigins.includes(everyOrigin)) return [];
  return [
    {
      path: ['webConfig', 'allowedOrigins'],
      found: `"${everyOrigin}"`,
      allowed:
        'a list of origins, because with Butler.brokerConfig.access.anonymous: publish, any web page could publish',
    },
  ];
}
