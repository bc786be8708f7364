import type { Colour, Lamp, Lamps, LampWiring, LampWirings } from './lamp.ts';

/** Level of a pin: 1 is high, 3.3 V. */
export type Level = 0 | 1;

/** The level at which a light so wired is on or off. */
export function levelFor({ activeLow }: LampWiring, on: boolean): Level {
  return on !== activeLow ? 1 : 0;
}

/** A pin that a driver has claimed as an output, at the level that keeps the light dark. */
export interface OutputPin {
  write(level: Level): void;
  release(): void;
}

/**
 * Claims both pins and makes lamps of them. When the second can't be had, the first is released
 * before the error is passed on.
 */
export function openLampPins(
  wirings: LampWirings,
  claim: (wiring: LampWiring, colour: Colour) => OutputPin,
): Lamps {
  const green = new PinLamp(wirings.green, claim(wirings.green, 'green'));
  try {
    return { green, red: new PinLamp(wirings.red, claim(wirings.red, 'red')) };
  } catch (error) {
    try {
      green.close();
    } catch {
      // The reason why the second pin was refused is the one to tell.
    }
    throw error;
  }
}

class PinLamp implements Lamp {
  readonly #wiring: LampWiring;
  #pin: OutputPin | undefined;

  constructor(wiring: LampWiring, pin: OutputPin) {
    this.#wiring = wiring;
    this.#pin = pin;
  }

  set(on: boolean): void {
    if (!this.#pin) throw new Error('the light has been closed');
    this.#pin.write(levelFor(this.#wiring, on));
  }

  close(): void {
    const pin = this.#pin;
    this.#pin = undefined;
    if (!pin) return;
    try {
      pin.write(levelFor(this.#wiring, false));
    } finally {
      pin.release();
    }
  }
}
