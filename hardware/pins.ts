import type { Clock } from '../src/platform/clock.ts';

/** Level of a pin: 1 is high, 3.3 V. */
export type Level = 0 | 1;

/** How something that is switched is wired. */
export interface OutputWiring {
  /** BCM number of the GPIO, not the number of the pin on the header. */
  readonly pin: number;
  /** True when it is on while the pin is low. */
  readonly activeLow: boolean;
}

/** A pin that is driven. */
export interface OutputPin {
  /** Drives the pin before it returns. Throws when the hardware refuses. */
  write(level: Level): void;
  release(): void;
}

/** A pin that is read. */
export interface InputPin {
  /** Throws when the pin can't be read any more. */
  read(): Level;
  /**
   * Calls `onEdge` after changes of the level, and `onFailure` once when the pin can't be read any
   * more; then there are no more edges. To be called once.
   */
  watch(onEdge: () => void, onFailure: (error: unknown) => void): void;
  /** Ends the watching, too. */
  release(): void;
}

/** Pins that can be claimed. Each throws `DriverRefusal` for a pin that can't be had. */
export interface Pins {
  /** Claims a pin as an output that is off (dark) from the first moment. */
  output(wiring: OutputWiring): OutputPin;
  /** Claims a pin as an input, pulled up where the driver can ask for that. */
  input(bcm: number): InputPin;
}

/** One way of reaching the pins. */
export interface PinDriver {
  /** False where `input` always refuses. */
  readonly hasInputs: boolean;
  /**
   * Reaches the pins and lets `claim` take what it wants before that returns. What has been claimed
   * stays until it is released; several may claim pins, one after the other.
   * Throws `DriverRefusal` when this board, kernel or user can't be served.
   */
  open<Claimed>(claim: (pins: Pins) => Claimed): Promise<Claimed>;
}

/** What a driver may need from outside. */
export interface DriverOptions {
  /** The root of the file system: `/` but in tests. */
  readonly root?: string;
  /** For a driver that must look at its inputs again and again. */
  readonly clock?: Pick<Clock, 'schedule'>;
  /** Called when something simulated goes on or off; must return at once. */
  readonly onSimulated?: (pin: number, on: boolean) => void;
}

/** The level at which something so wired is on or off. */
export function levelFor({ activeLow }: OutputWiring, on: boolean): Level {
  return on !== activeLow ? 1 : 0;
}

/** Why a driver can't be used here, and what a person could do about it. */
export class DriverRefusal extends Error {
  override readonly name = 'DriverRefusal';
  /** What would help, as a sentence for a person. */
  readonly remedy: string;

  constructor(reason: string, remedy: string, options?: ErrorOptions) {
    super(reason, options);
    this.remedy = remedy;
  }
}
