import type { Lamp } from '../../hardware/lamp.ts';
import type { Clock } from '../platform/clock.ts';
import { BlinkPlanner, type BlinkSettings } from './blink-planner.ts';

export interface LightOptions {
  readonly settings: BlinkSettings;
  readonly clock: Clock;
  /** Called each time the light has been switched; not waited for. */
  readonly onChange: (lit: boolean) => void;
  /** Called when the lamp can't be switched. */
  readonly onFailure: (error: unknown) => void;
}

/** One light: switches its current lamp as its planner says. */
export class Light {
  readonly planner: BlinkPlanner;
  readonly #options: LightOptions;
  #lamp: Lamp | undefined;
  #shown = false;
  #timerAt: number | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: LightOptions) {
    this.#options = options;
    this.planner = new BlinkPlanner(options.settings);
  }

  get lit(): boolean {
    return this.#shown;
  }

  /** Connects a lamp, and switches it to the current state. */
  connect(lamp: Lamp): void {
    this.#lamp = lamp;
    if (this.#shown) this.#drive(true);
  }

  disconnect(): void {
    this.#lamp = undefined;
  }

  /** Blinks once. Starts before this returns unless the light is busy or must pause. */
  blink(): void {
    this.planner.blink(this.#options.clock.monotonicMs());
    this.#obey();
  }

  /** Flashes once for `onMs` ms, not for an event; ignored while there are blinks to show. */
  flash(onMs: number): void {
    this.planner.flash(this.#options.clock.monotonicMs(), onMs);
    this.#obey();
  }

  /** Switches the light off at once and clears its plan. */
  clear(): void {
    this.planner.clear(this.#options.clock.monotonicMs());
    this.#obey();
  }

  #obey(): void {
    if (this.planner.lit !== this.#shown) {
      this.#shown = this.planner.lit;
      this.#drive(this.#shown);
      this.#options.onChange(this.#shown);
    }
    this.#plan();
  }

  #drive(on: boolean): void {
    try {
      this.#lamp?.set(on);
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  #plan(): void {
    const { clock } = this.#options;
    const at = this.planner.nextChangeAt;
    // A timer that fires too early is set again: cheaper than a new one for each event of a flood.
    if (at === this.#timerAt || (at ?? 0) > (this.#timerAt ?? Number.POSITIVE_INFINITY)) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    if (at === undefined) {
      this.#cancelTimer = undefined;
      return;
    }
    this.#cancelTimer = clock.schedule(Math.max(0, Math.ceil(at - clock.monotonicMs())), () => {
      // Timers may fire a fraction of a ms early; the planner then asks for another one.
      this.#timerAt = undefined;
      this.planner.advance(clock.monotonicMs());
      this.#obey();
    });
  }
}
