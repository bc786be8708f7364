import type { z } from 'zod';
import { everyOrigin } from '../platform/origin.ts';
import type { Contradiction } from './fields.ts';
import { type Path, valueAt } from './raw-settings.ts';
import { type Config, configSchema } from './schema.ts';
import { noteOf, shapeOf } from './schema-walk.ts';

/** Finds settings that are each fine but can't stand together. */
export function contradictionsIn(config: Config): Contradiction[] {
  return [...contradictionsBelow(configSchema, config), ...everybodyMayPublish(config)];
}

/** What the sections themselves find. */
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

/** Any page that somebody here opens may use their place in the network, so it gets to listen only. */
function everybodyMayPublish({ webConfig, brokerConfig }: Config): Contradiction[] {
  if (brokerConfig.access.anonymous !== 'publish') return [];
  if (!webConfig.allowedOrigins.includes(everyOrigin)) return [];
  return [
    {
      path: ['webConfig', 'allowedOrigins'],
      found: `"${everyOrigin}"`,
      allowed:
        'a list of origins, since with Butler.brokerConfig.access.anonymous: publish any web page could publish',
    },
  ];
}
