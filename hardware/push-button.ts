import type { Clock } from '../src/platform/clock.ts';
import type { InputPin } from './pins.ts';

export interface PushButtonHandlers {
  readonly clock: Pick<Clock, 'schedule'>;
  /** Pressed and released before `holdMs` has passed. */
  readonly onPress: () => void;
  /** Held for `holdMs`; called while it is still down. */
  readonly onHold: () => void;
  /** The button can't be read any more. */
  readonly onFailure: (error: unknown) => void;
}

/** How long contacts may bounce, ms: makers of small buttons specify 5 to 20. */
export const settleMs = 30;
/** How long the button must be held for `onHold`, ms. */
export const holdMs = 3000;

/**
 * A button between an input and ground; the input must be pulled up. A button that is down at the
 * start, for example after waking the Pi with it, counts only once it has been released.
 */
export class PushButton {
  readonly #input: InputPin;
  readonly #handlers: PushButtonHandlers;
  #down: boolean;
  /** A press has started and hasn't been reported yet. */
  #pressed = false;
  #closed = false;
  #cancelSettle: (() => void) | undefined;
  #cancelHold: (() => void) | undefined;

  /** Releases the input if it can't be read. */
  constructor(input: InputPin, handlers: PushButtonHandlers) {
    this.#input = input;
    this.#handlers = handlers;
    try {
      this.#down = input.read() === 0;
      input.watch(
        () => this.#edge(),
        (error) => this.#fail(error),
      );
    } catch (error) {
      input.release();
      throw error;
    }
  }

  /** Releases the pin. May be called twice. */
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
      // The pin can't be used any more anyway.
    }
    this.#handlers.onFailure(error);
  }
}
