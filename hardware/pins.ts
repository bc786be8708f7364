import type { Clock } from '../src/platform/clock.ts';

/** Level of a pin: 1 is high, 3.3 V. */
export type Level = 0 | 1;

/** How an output is wired. */
export interface OutputWiring {
  /** BCM number of the GPIO, not the number of the pin on the header. */
  readonly pin: number;
  /** True if it is on while the pin is low. */
  readonly activeLow: boolean;
}

/** An output pin. */
export interface OutputPin {
  /** Sets the pin before it returns. Throws if the hardware fails. */
  write(level: Level): void;
  release(): void;
}

/** An input pin. */
export interface InputPin {
  /** Throws if the pin can't be read any more. */
  read(): Level;
  /**
   * Calls `onEdge` after changes of the level, and `onFailure` once when the pin can't be read any
   * more; then there are no more edges. May be called only once.
   */
  watch(onEdge: () => void, onFailure: (error: unknown) => void): void;
  /** Also stops watching. */
  release(): void;
}

/** Pins that can be claimed. Each method throws `DriverRefusal` if the pin can't be claimed. */
export interface Pins {
  /** Claims a pin as an output that is off from the start. */
  output(wiring: OutputWiring): OutputPin;
  /** Claims a pin as an input, pulled up if the driver supports it. */
  input(bcm: number): InputPin;
}

/** One way of controlling the pins. */
export interface PinDriver {
  /** False if `input` always refuses. */
  readonly hasInputs: boolean;
  /**
   * Opens the pins and calls `claim`, which claims pins before it returns. Claimed pins stay claimed
   * until they are released; several callers may claim pins, one after the other.
   * Throws `DriverRefusal` if the driver can't be used with this board, kernel or user.
   */
  open<Claimed>(claim: (pins: Pins) => Claimed): Promise<Claimed>;
}

/** What a driver may need. */
export interface DriverOptions {
  /** The root of the file system: `/` except in tests. */
  readonly root?: string;
  /** For a driver that must poll its inputs. */
  readonly clock?: Pick<Clock, 'schedule'>;
  /** Called when a simulated output is switched on or off; must return at once. */
  readonly onSimulated?: (pin: number, on: boolean) => void;
}

/** Returns the level at which an output with this wiring is on or off. */
export function levelFor({ activeLow }: OutputWiring, on: boolean): Level {
  return on !== activeLow ? 1 : 0;
}

/** Why a driver can't be used here, and how to fix it. */
export class DriverRefusal extends Error {
  override readonly name = 'DriverRefusal';
  /** How to fix it, as a sentence for users. */
  readonly remedy: string;

  constructor(reason: string, remedy: string, options?: ErrorOptions) {
    super(reason, options);
    this.remedy = remedy;
  }
}
