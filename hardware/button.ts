import type { InputPin } from './drivers/onoff-pins.ts';
import { type OnoffOptions, openOnoff } from './drivers/onoff-pins.ts';

/** The part of the appliance's clock that a button needs. */
export interface ButtonClock {
  /** Calls `task` once after `delayMs` ms; the returned function calls it off. */
  schedule(delayMs: number, task: () => void): () => void;
}

export interface ButtonOptions extends OnoffOptions {
  /** BCM number of the GPIO. The button connects it to ground; something must pull it up. */
  readonly pin: number;
  readonly clock: ButtonClock;
  /** Pressed and let go before `holdMs` had passed. */
  readonly onPress: () => void;
  /** Held down for `holdMs`; told while it is still down. */
  readonly onHold: () => void;
  /** The button can't be read any more. */
  readonly onFailure: (error: unknown) => void;
}

export interface Button {
  /** Lets go of the pin. Calling it twice is harmless. */
  close(): void;
}

/** How long contacts may bounce, ms: makers of small buttons promise 5 to 20. */
export const settleMs = 30;
/** How long the button is held down for `onHold`, ms. */
export const holdMs = 3000;

/**
 * A button between a GPIO and ground, read by interrupts through onoff. A button that is down
 * when this is called, as after waking the Pi with it, counts only once it has been let go.
 * Throws `DriverRefusal` when onoff can't be used here.
 */
export async function openButton(options: ButtonOptions): Promise<Button> {
  const pins = await openOnoff(options);
  const input = pins.input(options.pin);
  try {
    return new WatchedButton(input, options);
  } catch (error) {
    input.release();
    throw error;
  }
}

type Handlers = Pick<ButtonOptions, 'clock' | 'onPress' | 'onHold' | 'onFailure'>;

class WatchedButton implements Button {
  readonly #input: InputPin;
  readonly #handlers: Handlers;
  #down: boolean;
  /** A press has begun that nothing has come of yet. */
  #pressed = false;
  #closed = false;
  #cancelSettle: (() => void) | undefined;
  #cancelHold: (() => void) | undefined;

  constructor(input: InputPin, handlers: Handlers) {
    this.#input = input;
    this.#handlers = handlers;
    this.#down = input.read() === 0;
    input.watch(
      () => this.#edge(),
      (error) => this.#fail(error),
    );
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelSettle?.();
    this.#cancelHold?.();
    this.#input.release();
  }

  #edge(): void {
    if (this.#closed) return;
    this.#cancelSettle?.();
    this.#cancelSettle = this.#handlers.clock.schedule(settleMs, () => this.#settled());
  }

  #settled(): void {
    let down: boolean;
    try {
      down = this.#input.read() === 0;
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (down === this.#down) return;
    this.#down = down;
    this.#cancelHold?.();
    if (down) {
      this.#pressed = true;
      this.#cancelHold = this.#handlers.clock.schedule(holdMs, () => {
        this.#pressed = false;
        this.#handlers.onHold();
      });
    } else if (this.#pressed) {
      this.#pressed = false;
      this.#handlers.onPress();
    }
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    try {
      this.close();
    } catch {
      // The pin is gone already.
    }
    this.#handlers.onFailure(error);
  }
}
