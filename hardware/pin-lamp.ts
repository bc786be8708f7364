import { type Colour, colours, type Lamp, type Lamps, type LampWirings } from './lamp.ts';
import { levelFor, type OutputPin, type OutputWiring, type Pins } from './pins.ts';

/**
 * Claims a pin for each light and creates the lamps. If one can't be claimed, the others are released
 * before the error is thrown.
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
        // The reason why the other pin was refused is more important.
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
