import type { Clock } from '../platform/clock.ts';
import type { Light } from './light.ts';

/** Slow enough to count, and not mistaken for a blink; ms. */
export const faultFlash = { onMs: 600, offMs: 600, pauseMs: 3000 } as const;

/** Shows a fault code on a light: slow flashes, a pause, then again. Events have priority. */
export class FaultSignal {
  readonly #light: Light;
  readonly #clock: Clock;
  #flashes = 0;
  #cancel: (() => void) | undefined;

  constructor(light: Light, clock: Clock) {
    this.#light = light;
    this.#clock = clock;
  }

  /** Starts showing the code with this number of flashes; 0 stops it. */
  show(flashes: number): void {
    if (flashes === this.#flashes) return;
    this.#flashes = flashes;
    this.#cancel?.();
    this.#cancel = undefined;
    if (flashes > 0) this.#flash(flashes);
  }

  #flash(left: number): void {
    const isInterrupted = !this.#light.planner.idle;
    if (!isInterrupted) this.#light.flash(faultFlash.onMs);
    const isLast = left === 1 || isInterrupted;
    const next = isLast ? this.#flashes : left - 1;
    const wait = faultFlash.onMs + (isLast ? faultFlash.pauseMs : faultFlash.offMs);
    this.#cancel = this.#clock.schedule(wait, () => this.#flash(next));
  }
}
