/** The two lights of the appliance. */
export const colours = ['green', 'red'] as const;
export type Colour = (typeof colours)[number];

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
