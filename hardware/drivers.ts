import { gpiochipDriver } from './drivers/gpiochip-driver.ts';
import { onoffDriver } from './drivers/onoff-driver.ts';
import { rpioDriver } from './drivers/rpio-driver.ts';
import { simulatedDriver } from './drivers/simulated-driver.ts';
import type { DriverOptions, PinDriver } from './pins.ts';

/** Every driver, in the order in which `auto` tries them. */
const makers = {
  onoff: onoffDriver,
  gpiochip: gpiochipDriver,
  rpio: rpioDriver,
  simulated: simulatedDriver,
} as const satisfies Record<string, (options: DriverOptions) => PinDriver>;

export type DriverName = keyof typeof makers;

/** The names that a user may choose from. */
export const driverNames = Object.keys(makers) as readonly DriverName[];

export interface NamedDriver extends PinDriver {
  readonly name: DriverName;
}

/** One of each driver, for lamps and button together: some share what they have opened. */
export function createDrivers(options: DriverOptions = {}): readonly NamedDriver[] {
  return driverNames.map((name) => ({ name, ...makers[name](options) }));
}
