import type { Colour, Lamp, LampDriver } from '../lamp.ts';

/** Told when a simulated light goes on or off; must return at once. */
export type SimulatedListener = (colour: Colour, lit: boolean) => void;

/** Lights without hardware: they tell the listener. */
export function simulatedDriver(listener: SimulatedListener = () => {}): LampDriver {
  return {
    name: 'simulated',
    open: async () => ({ green: lamp('green', listener), red: lamp('red', listener) }),
  };
}

function lamp(colour: Colour, listener: SimulatedListener): Lamp {
  let lit = false;
  const set = (on: boolean) => {
    if (on === lit) return;
    lit = on;
    listener(colour, on);
  };
  return { set, close: () => set(false) };
}
