import type { LampDriver } from '../lamp.ts';
import { levelFor, openLampPins } from '../pin-lamp.ts';
import { type OnoffOptions, openOnoff } from './onoff-pins.ts';

/** The lights through sysfs and the package onoff. For kernels that still have /sys/class/gpio. */
export function onoffDriver(options: OnoffOptions = {}): LampDriver {
  return {
    name: 'onoff',
    open: async (wirings) => {
      const pins = await openOnoff(options);
      return openLampPins(wirings, (wiring) => pins.output(wiring.pin, levelFor(wiring, false)));
    },
  };
}
