/** How one light blinks; all values in ms. */
export interface BlinkSettings {
  /** A blink is on for this long. */
  readonly onMs: number;
  /** The light is then off for at least this long. */
  readonly offMs: number;
  /** How long after the last event the light may still be blinking for earlier ones. */
  readonly maxBacklogMs: number;
}

/**
 * WCAG 2.3.1, general flash threshold: no more than three flashes within any one second. The
 * fourth may start once the first is more than a second ago.
 */
const flashesPerWindow = 3;
const flashWindowMs = 1001;

/**
 * Decides when one light is on. Pure: takes the time as an argument (monotonic ms, never smaller
 * than before) and returns `lit` and `nextChangeAt`; its owner switches the lamp and sets the timer.
 *
 * Up to its limit, it shows one blink per event. If more are waiting than fit into `maxBacklogMs`,
 * the light stays on for as long as their blinks would have taken, and counts them as coalesced.
 * Every transition happens at the time passed to `advance`, not at the planned time, so that a late
 * timer never brings flashes closer together.
 */
export class BlinkPlanner {
  /** Number of blinks started for events. */
  blinked = 0;
  /** Number of events that got no separate blink. */
  coalesced = 0;

  readonly #settings: BlinkSettings;
  /** When the last flashes started, oldest first; as many as the window allows. */
  #flashStarts: number[] = [];
  #waiting = 0;
  #lastEventAt = Number.NEGATIVE_INFINITY;
  #darkSince = Number.NEGATIVE_INFINITY;
  /** When the light goes off, if it is on. */
  #litUntil: number | undefined;
  /** If saturated: when the coalesced blinks would have ended. */
  #saturatedUntil: number | undefined;
  /** Whether the light is on for a flash that isn't an event; an event may turn it into its blink. */
  #isFlash = false;

  constructor(settings: BlinkSettings) {
    this.#settings = settings;
  }

  get lit(): boolean {
    return this.#litUntil !== undefined;
  }

  /** Neither on nor about to be. */
  get idle(): boolean {
    return !this.lit && this.#waiting === 0;
  }

  /** When `advance` has something to do next; undefined if nothing is planned. */
  get nextChangeAt(): number | undefined {
    if (this.#litUntil !== undefined) return this.#litUntil;
    return this.#waiting > 0 ? this.#earliestFlash() : undefined;
  }

  /** Adds one event. */
  blink(now: number): void {
    this.advance(now);
    this.#lastEventAt = now;
    this.#waiting += 1;
    if (this.#isFlash) this.#turnFlashIntoBlink(now);
    else if (this.#saturatedUntil !== undefined || !this.#allFit(now)) this.#saturate(now);
    this.advance(now);
  }

  /** Adds one short flash that isn't an event; ignored unless the light is idle. */
  flash(now: number, onMs: number): void {
    this.advance(now);
    if (!this.idle || now < this.#earliestFlash()) return;
    this.#lightUp(now, now + onMs);
    this.#isFlash = true;
  }

  /** Does what is due by `now`. */
  advance(now: number): void {
    if (this.#litUntil !== undefined && now >= this.#litUntil) {
      this.#litUntil = undefined;
      this.#saturatedUntil = undefined;
      this.#isFlash = false;
      this.#darkSince = now;
    }
    if (this.lit || this.#waiting === 0) return;
    if (now + this.#settings.onMs > this.#deadline()) {
      // Too late: a blink would show something long past.
      this.#coalesceWaiting();
      this.#saturatedUntil = undefined;
      return;
    }
    if (now < this.#earliestFlash()) return;
    this.blinked += 1;
    this.#waiting -= 1;
    if (this.#saturatedUntil === undefined) this.#lightUp(now, now + this.#settings.onMs);
    else {
      this.#coalesceWaiting();
      this.#lightUp(now, Math.max(this.#saturatedUntil, now + this.#settings.onMs));
    }
  }

  /** Clears what is waiting, and goes off. */
  clear(now: number): void {
    this.#coalesceWaiting();
    this.#saturatedUntil = undefined;
    this.#isFlash = false;
    if (this.lit) this.#darkSince = now;
    this.#litUntil = undefined;
  }

  #deadline(): number {
    return this.#lastEventAt + this.#settings.maxBacklogMs;
  }

  #lightUp(now: number, until: number): void {
    this.#flashStarts = [...this.#flashStarts, now].slice(-flashesPerWindow);
    this.#litUntil = until;
  }

  #turnFlashIntoBlink(now: number): void {
    this.#isFlash = false;
    this.#waiting -= 1;
    this.blinked += 1;
    this.#litUntil = now + this.#settings.onMs;
  }

  /** When the next flash may start: after the pause, and if the window isn't full. */
  #earliestFlash(): number {
    const darkSince = this.#litUntil ?? this.#darkSince;
    return earliestAfter(this.#flashStarts, darkSince + this.#settings.offMs);
  }

  /** Returns whether every waiting blink ends by the deadline if the rules are applied to each. */
  #allFit(now: number): boolean {
    const { onMs, offMs } = this.#settings;
    const starts = [...this.#flashStarts];
    let start = Math.max(now, this.#earliestFlash());
    for (let blink = 1; ; blink += 1) {
      if (start + onMs > this.#deadline()) return false;
      if (blink === this.#waiting) return true;
      starts.push(start);
      start = earliestAfter(starts, start + onMs + offMs);
    }
  }

  /** Stays on instead, longer by the time of one blink for each event, but never past the deadline. */
  #saturate(now: number): void {
    const turnMs = Math.max(
      flashWindowMs / flashesPerWindow,
      this.#settings.onMs + this.#settings.offMs,
    );
    this.#saturatedUntil =
      this.#saturatedUntil === undefined
        ? this.#deadline()
        : Math.min(Math.max(this.#saturatedUntil, now) + turnMs, this.#deadline());
    if (!this.lit) return;
    this.#coalesceWaiting();
    this.#litUntil = this.#saturatedUntil;
  }

  #coalesceWaiting(): void {
    this.coalesced += this.#waiting;
    this.#waiting = 0;
  }
}

/** Returns the first time, not before `from`, at which one more flash fits into the window. */
function earliestAfter(flashStarts: readonly number[], from: number): number {
  const first = flashStarts.at(-flashesPerWindow);
  return first === undefined ? from : Math.max(from, first + flashWindowMs);
}
