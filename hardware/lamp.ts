import type { styleText } from 'node:util';
import type { OutputWiring } from './pins.ts';

/** What differs from one light to the next; everything else about them derives from it. */
interface LampRow {
  /** BCM number of its pin, where the wiring picture has it and nobody has set another. */
  readonly pin: number;
  /** How a terminal shows it. */
  readonly terminal: Extract<Parameters<typeof styleText>[0], string>;
}

/**
 * One row a light, in the order in which lamps are tested and listed. Its name is its colour. Its
 * colour on the page is in `lights.css`, its word there in `texts.js`; `wiring.svg` draws the first
 * two, and the guide (`README.md`) says where the others go.
 */
const rows = {
  green: { pin: 17, terminal: 'green' },
  red: { pin: 27, terminal: 'red' },
} as const satisfies Record<string, LampRow>;

export type Colour = keyof typeof rows;
export const lampRows: Readonly<Record<Colour, LampRow>> = rows;
export const colours: readonly Colour[] = Object.keys(rows) as Colour[];

/** The light that shows fault codes. */
export const faultColour: Colour = 'red';
/** The light of the heartbeat. */
export const heartbeatColour: Colour = 'green';

/** One light that can be switched. */
export interface Lamp {
  /** Switches the light before it returns. Throws when the hardware refuses. */
  set(on: boolean): void;
  /** Switches the light off and lets go of the pin. Calling it twice is harmless. */
  close(): void;
}

export type Lamps = Readonly<Record<Colour, Lamp>>;
export type LampWirings = Readonly<Record<Colour, OutputWiring>>;
