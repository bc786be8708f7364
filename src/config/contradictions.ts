import type { z } from 'zod';
import { everyOrigin } from '../platform/origin.ts';
import type { Contradiction } from './fields.ts';
import { type Path, valueAt } from './raw-settings.ts';
import { type Config, configSchema } from './schema.ts';
import { noteOf, shapeOf } from './schema-walk.ts';

/**
 * WCAG 2.3.1 allows three flashes a second, so a blink may have to wait this long (ms) for its
 * turn; `BlinkPlanner` says the same.
 */
const longestWaitMs = 1001;

/** Finds settings that are each fine but can't stand together. */
export function contradictionsIn(config: Config): Contradiction[] {
  return [
    ...pinClashes(config.lightConfig),
    ...backlogTooShort(config.lightConfig),
    ...contradictionsBelow(configSchema, config),
    ...everybodyMayPublish(config),
  ];
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

function pinClashes({ green, red, button }: Config['lightConfig']): Contradiction[] {
  const taken = new Map([[green.pin, 'the green light']]);
  const clashes: Contradiction[] = [];
  const claim = (name: string, owner: string, wanted: number) => {
    const holder = taken.get(wanted);
    if (holder === undefined) taken.set(wanted, owner);
    else {
      clashes.push({
        path: ['lightConfig', name, 'pin'],
        found: String(wanted),
        allowed: `a GPIO other than that of ${holder}`,
      });
    }
  };
  claim('red', 'the red light', red.pin);
  if (button.enable) claim('button', 'the button', button.pin);
  return clashes;
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

function backlogTooShort({ onMs, offMs, maxBacklogMs }: Config['lightConfig']): Contradiction[] {
  const least = Math.max(onMs + offMs, longestWaitMs) + onMs;
  if (maxBacklogMs >= least) return [];
  return [
    {
      path: ['lightConfig', 'maxBacklogMs'],
      found: String(maxBacklogMs),
      allowed: `${least} ms or more with onMs ${onMs} and offMs ${offMs}, so that one blink always fits`,
    },
  ];
}
