import { driverNames } from '../../hardware/drivers.ts';
import { type Colour, colours, lampRows } from '../../hardware/lamp.ts';
import { choice, flag, section, wholeNumber } from '../config/fields.ts';
import { byKind, type EventKind, type KindKey, kinds, kindsByInterest } from '../events/kinds.ts';
import { recordOf } from '../platform/record-of.ts';

/** GPIO 0 and 1 belong to the ID EEPROM of expansion boards; the header ends at 27. */
const pin = (byDefault: number) => wholeNumber(2, 27, byDefault, 'a BCM number');

/** Which light shows a kind of event. */
export type LightChoice = Colour | 'none';

const lightChoice = (kind: EventKind) =>
  choice<LightChoice>([...colours, 'none'], kinds[kind].light);

const lightChoices = Object.fromEntries(
  kindsByInterest.map((kind) => [kinds[kind].key, lightChoice(kind)]),
) as Record<KindKey, ReturnType<typeof lightChoice>>;

/** `Butler.lightConfig`. */
export const lightConfig = section({
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
});

/** The light that the settings give to each kind of event. */
export function lightsByKind(
  settings: Readonly<Record<KindKey, LightChoice>>,
): Readonly<Record<EventKind, LightChoice>> {
  return byKind((kind) => settings[kinds[kind].key]);
}
