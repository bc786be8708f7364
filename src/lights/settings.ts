import { driverNames } from '../../hardware/drivers.ts';
import { type Colour, colours, lampRows } from '../../hardware/lamp.ts';
import {
  type Contradiction,
  choice,
  flag,
  type Settings,
  section,
  wholeNumber,
} from '../config/fields.ts';
import { byKind, type EventKind, type KindKey, kinds, kindsByInterest } from '../events/kinds.ts';
import { recordOf } from '../platform/record-of.ts';

/** GPIO 0 and 1 are reserved for the ID EEPROM of expansion boards; the header ends at 27. */
const pin = (byDefault: number) => wholeNumber(2, 27, byDefault, 'a BCM number');

/** Which light shows a kind of event. */
export type LightChoice = Colour | 'none';

const lightChoice = (kind: EventKind) =>
  choice<LightChoice>([...colours, 'none'], kinds[kind].light);

const lightChoices = Object.fromEntries(
  kindsByInterest.map((kind) => [kinds[kind].key, lightChoice(kind)]),
) as Record<KindKey, ReturnType<typeof lightChoice>>;

/** `Butler.lightConfig`. */
export const lightConfig = section(
  {
    driver: choice(['auto', ...driverNames], 'auto'),
    ...recordOf(colours, (colour) =>
      section({ pin: pin(lampRows[colour].pin), activeLow: flag(false) }),
    ),
    onMs: wholeNumber(20, 1000, 250, 'ms'),
    offMs: wholeNumber(20, 1000, 100, 'ms'),
    maxBacklogMs: wholeNumber(1100, 60_000, 3000, 'ms'),
    ...lightChoices,
    heartbeat: section({
      enable: flag(false),
      everySeconds: wholeNumber(2, 3600, 30, 's'),
    }),
    button: section({ enable: flag(false), pin: pin(3) }),
  },
  (settings) => [...pinClashes(settings), ...backlogTooShort(settings)],
);

export type LightSettings = Settings<typeof lightConfig>;

/** Returns the configured light for each kind of event. */
export function lightsByKind(
  settings: Readonly<Record<KindKey, LightChoice>>,
): Readonly<Record<EventKind, LightChoice>> {
  return byKind((kind) => settings[kinds[kind].key]);
}

/**
 * WCAG 2.3.1 allows three flashes a second, so a blink may have to wait this long (ms); the same
 * as in `BlinkPlanner`.
 */
const longestWaitMs = 1001;

type LampSettings = Readonly<Record<Colour, { readonly pin: number }>> & {
  readonly button: { readonly enable: boolean; readonly pin: number };
};

/** ms. */
interface BlinkTimes {
  readonly onMs: number;
  readonly offMs: number;
  readonly maxBacklogMs: number;
}

function pinClashes(lights: LampSettings): Contradiction[] {
  const taken = new Map<number, string>();
  const clashes: Contradiction[] = [];
  const claim = (name: string, owner: string, wanted: number) => {
    const holder = taken.get(wanted);
    if (holder === undefined) taken.set(wanted, owner);
    else {
      clashes.push({
        path: [name, 'pin'],
        found: String(wanted),
        allowed: `a GPIO that isn't used by ${holder}`,
      });
    }
  };
  for (const colour of colours) claim(colour, `the ${colour} light`, lights[colour].pin);
  if (lights.button.enable) claim('button', 'the button', lights.button.pin);
  return clashes;
}

function backlogTooShort({ onMs, offMs, maxBacklogMs }: BlinkTimes): Contradiction[] {
  const least = Math.max(onMs + offMs, longestWaitMs) + onMs;
  if (maxBacklogMs >= least) return [];
  return [
    {
      path: ['maxBacklogMs'],
      found: String(maxBacklogMs),
      allowed: `${least} ms or more with onMs ${onMs} and offMs ${offMs}, so that one blink always fits`,
    },
  ];
}
