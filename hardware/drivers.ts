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

/** The names that users can choose from. */
export const driverNames = Object.keys(makers) as readonly DriverName[];

export interface NamedDriver extends PinDriver {
  readonly name: DriverName;
}

/** Creates one of each driver, for both lamps and button: some drivers share what they have opened. */
export function createDrivers(options: DriverOptions = {}): readonly NamedDriver[] {
  return driverNames.map((name) => ({ name, ...makers[name](options) }));
}
