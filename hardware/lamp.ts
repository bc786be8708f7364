import type { styleText } from 'node:util';
import type { OutputWiring } from './pins.ts';

/** What differs between lights; everything else about them is derived from it. */
interface LampRow {
  /** BCM number of its pin in the wiring picture, and the default. */
  readonly pin: number;
  /** How a terminal shows it. */
  readonly terminal: Extract<Parameters<typeof styleText>[0], string>;
}

/**
 * One row per light, in the order in which lamps are tested and listed. Its name is its colour. Its
 * colour on the page is in `lights.css`, its label in `texts.js`; `wiring.svg` shows the first two,
 * and the guide (`README.md`) explains how to wire the others.
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
  /** Switches the light before it returns. Throws if the hardware fails. */
  set(on: boolean): void;
  /** Switches the light off and releases the pin. May be called twice. */
  close(): void;
}

export type Lamps = Readonly<Record<Colour, Lamp>>;
export type LampWirings = Readonly<Record<Colour, OutputWiring>>;
