import type { styleText } from 'node:util';

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

/** How one light is wired. */
export interface LampWiring {
  /** BCM number of the GPIO, not the number of the pin on the header. */
  readonly pin: number;
  /** True when the light is on while the pin is low. */
  readonly activeLow: boolean;
}

/** One light that can be switched. */
export interface Lamp {
  /** Switches the light before it returns. Throws when the hardware refuses. */
  set(on: boolean): void;
  /** Switches the light off and lets go of the pin. Calling it twice is harmless. */
  close(): void;
}

export type Lamps = Readonly<Record<Colour, Lamp>>;
export type LampWirings = Readonly<Record<Colour, LampWiring>>;

/** One way of reaching the pins. */
export interface LampDriver {
  readonly name: 'onoff' | 'gpiochip' | 'rpio' | 'simulated';
  /**
   * Claims both pins with the lights dark.
   * Throws `DriverRefusal` when this board, kernel or user can't be served.
   */
  open(wirings: LampWirings): Promise<Lamps>;
}

/** Why a driver can't drive the lights here, and what a person could do about it. */
export class DriverRefusal extends Error {
  override readonly name = 'DriverRefusal';
  /** What would mend it, as a sentence for a person. */
  readonly remedy: string;

  constructor(reason: string, remedy: string, options?: ErrorOptions) {
    super(reason, options);
    this.remedy = remedy;
  }
}
