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
  choice<LightChoice>([...colours, 'none'], kinds[kind].light).describe(
    `The light that blinks for “${kinds[kind].command}”.`,
  );

const lightChoices = Object.fromEntries(
  kindsByInterest.map((kind) => [kinds[kind].key, lightChoice(kind)]),
) as Record<KindKey, ReturnType<typeof lightChoice>>;

/** `Butler.lightConfig`. */
export const lightConfig = section(
  {
    driver: choice(['auto', ...driverNames], 'auto').describe(
      'How the lights are driven. `auto` takes the first driver that works; `simulated` needs no hardware.',
    ),
    ...recordOf(colours, (colour) =>
      section({
        pin: pin(lampRows[colour].pin).describe(
          `The GPIO of the ${colour} light (a BCM number, not the position in the header).`,
        ),
        activeLow: flag(false).describe(
          'Turn on for a module whose light is on while the pin is low.',
        ),
      }).describe(`The ${colour} light.`),
    ),
    onMs: wholeNumber(20, 1000, 250, 'ms').describe('How long a light is on in each blink.'),
    offMs: wholeNumber(20, 1000, 100, 'ms').describe(
      'How long it is off at least between two blinks.',
    ),
    maxBacklogMs: wholeNumber(1100, 60_000, 3000, 'ms').describe(
      'How long blinks may wait for their turn. When more events arrive, the light stays on.',
    ),
    ...lightChoices,
    heartbeat: section({
      enable: flag(false).describe('Flash the green light now and then while everything works.'),
      everySeconds: wholeNumber(2, 3600, 30, 's').describe('Time between two of these flashes.'),
    }).describe('A sign that the appliance works, also when nothing happens.'),
    button: section({
      enable: flag(false).describe(
        'A button is connected. A short press tests the lights, a long one switches the Pi off.',
      ),
      pin: pin(3).describe('The GPIO of the button. Only GPIO 3 can switch the Pi on again.'),
    }).describe('A push button.'),
  },
  (settings) => [...pinClashes(settings), ...backlogTooShort(settings)],
).describe('The lights and the button.');

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
