import type { Lamp } from '../../hardware/lamp.ts';
import type { Clock } from '../platform/clock.ts';
import { BlinkPlanner, type BlinkSettings } from './blink-planner.ts';

export interface LightOptions {
  readonly settings: BlinkSettings;
  readonly clock: Clock;
  /** Told after each switching of the light, and not waited for. */
  readonly onChange: (lit: boolean) => void;
  /** Told when the lamp refused to be switched. */
  readonly onFailure: (error: unknown) => void;
}

/** One light: obeys its planner, through whichever lamp it has at the moment. */
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

  /** Gives the light a lamp, and brings that to what should be shown now. */
  connect(lamp: Lamp): void {
    this.#lamp = lamp;
    if (this.#shown) this.#drive(true);
  }

  disconnect(): void {
    this.#lamp = undefined;
  }

  /** One blink, begun before this returns unless the light is busy or must pause. */
  blink(): void {
    this.planner.blink(this.#options.clock.monotonicMs());
    this.#obey();
  }

  /** One flash of `onMs` ms that stands for no event; left out while there are blinks to show. */
  wink(onMs: number): void {
    this.planner.wink(this.#options.clock.monotonicMs(), onMs);
    this.#obey();
  }

  /** Dark at once, and nothing planned any more. */
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
    // One that comes too soon asks again: cheaper than a new one for each event of a flood.
    if (at === this.#timerAt || (at ?? 0) > (this.#timerAt ?? Number.POSITIVE_INFINITY)) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    if (at === undefined) {
      this.#cancelTimer = undefined;
      return;
    }
    this.#cancelTimer = clock.schedule(Math.max(0, Math.ceil(at - clock.monotonicMs())), () => {
      // Timers may come a fraction of a ms early; the planner then asks for another one.
      this.#timerAt = undefined;
      this.planner.advance(clock.monotonicMs());
      this.#obey();
    });
  }
}
