import { type Colour, colours, type Lamp, type Lamps, type LampWirings } from './lamp.ts';
import { levelFor, type OutputPin, type OutputWiring, type Pins } from './pins.ts';

/**
 * Claims a pin for each light and makes lamps of them. When one can't be had, the ones before are
 * released before the error is passed on.
 */
export function claimLamps(pins: Pins, wirings: LampWirings): Lamps {
  const lamps = new Map<Colour, Lamp>();
  try {
    for (const colour of colours) {
      lamps.set(colour, new PinLamp(wirings[colour], pins.output(wirings[colour])));
    }
  } catch (error) {
    for (const lamp of lamps.values()) {
      try {
        lamp.close();
      } catch {
        // The reason why the other pin was refused is the one to report.
      }
    }
    throw error;
  }
  return Object.fromEntries(lamps) as Record<Colour, Lamp>;
}

class PinLamp implements Lamp {
  readonly #wiring: OutputWiring;
  #pin: OutputPin | undefined;

  constructor(wiring: OutputWiring, pin: OutputPin) {
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
