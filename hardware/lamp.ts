import type { OutputWiring } from './pins.ts';

/** The two lights of the appliance. */
export const colours = ['green', 'red'] as const;
export type Colour = (typeof colours)[number];

/** One light that can be switched. */
export interface Lamp {
  /** Switches the light before it returns. Throws when the hardware refuses. */
  set(on: boolean): void;
  /** Switches the light off and lets go of the pin. Calling it twice is harmless. */
  close(): void;
}

export type Lamps = Readonly<Record<Colour, Lamp>>;
export type LampWirings = Readonly<Record<Colour, OutputWiring>>;
