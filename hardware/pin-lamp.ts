import { recordOf } from '../src/platform/record-of.ts';
import {
  type Colour,
  colours,
  type Lamp,
  type Lamps,
  type LampWiring,
  type LampWirings,
} from './lamp.ts';

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
 * Claims the pins and makes lamps of them. When one can't be had, those before it are released
 * before the error is passed on.
 */
export function openLampPins(
  wirings: LampWirings,
  claim: (wiring: LampWiring, colour: Colour) => OutputPin,
): Lamps {
  const opened: PinLamp[] = [];
  try {
    return recordOf(colours, (colour) => {
      const lamp = new PinLamp(wirings[colour], claim(wirings[colour], colour));
      opened.push(lamp);
      return lamp;
    });
  } catch (error) {
    for (const lamp of opened) {
      try {
        lamp.close();
      } catch {
        // The reason why a pin was refused is the one to report.
      }
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
