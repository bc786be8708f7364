/** How one light blinks; all in ms. */
export interface BlinkSettings {
  /** A blink is on for this long. */
  readonly onMs: number;
  /** The light is then dark for at least this long. */
  readonly offMs: number;
  /** How long after the last event the light may still be busy with what came. */
  readonly maxBacklogMs: number;
}

/**
 * WCAG 2.3.1, general flash threshold: no more than three flashes within any one second. The
 * fourth may begin when the first is more than a second ago.
 */
const flashesPerWindow = 3;
const flashWindowMs = 1001;

/**
 * Decides when one light is on. Pure: time comes in as an argument (monotonic ms, never smaller
 * than before), and `lit` and `nextChangeAt` go out; whoever owns the lamp and the timer obeys.
 *
 * Below its limit it shows one blink for each event. Where more wait than fit into
 * `maxBacklogMs`, it stays lit for as long as their blinks would have taken, and counts them as
 * coalesced. Every transition happens at the time it is advanced to, not at the time planned,
 * so that a late timer never brings flashes closer together.
 */
export class BlinkPlanner {
  /** Blinks begun for events. */
  blinked = 0;
  /** Events that got no blink of their own. */
  coalesced = 0;

  readonly #settings: BlinkSettings;
  /** When the last flashes began, oldest first; as many as the window allows. */
  #flashStarts: number[] = [];
  #waiting = 0;
  #lastEventAt = Number.NEGATIVE_INFINITY;
  #darkSince = Number.NEGATIVE_INFINITY;
  /** When the light, lit now, goes dark. */
  #litUntil: number | undefined;
  /** Saturated: until when the coalesced blinks would have lasted. */
  #saturatedUntil: number | undefined;
  /** Whether what is lit now is a wink, which an event may turn into its blink. */
  #isWink = false;

  constructor(settings: BlinkSettings) {
    this.#settings = settings;
  }

  get lit(): boolean {
    return this.#litUntil !== undefined;
  }

  /** Neither lit nor about to be. */
  get idle(): boolean {
    return !this.lit && this.#waiting === 0;
  }

  /** When `advance` has something to do next; undefined when nothing is planned. */
  get nextChangeAt(): number | undefined {
    if (this.#litUntil !== undefined) return this.#litUntil;
    return this.#waiting > 0 ? this.#earliestFlash() : undefined;
  }

  /** Takes one event. */
  blink(now: number): void {
    this.advance(now);
    this.#lastEventAt = now;
    this.#waiting += 1;
    if (this.#isWink) this.#turnWinkIntoBlink(now);
    else if (this.#saturatedUntil !== undefined || !this.#allFit(now)) this.#saturate(now);
    this.advance(now);
  }

  /** One short flash that stands for no event; left out unless the light has nothing to do. */
  wink(now: number, onMs: number): void {
    this.advance(now);
    if (!this.idle || now < this.#earliestFlash()) return;
    this.#lightUp(now, now + onMs);
    this.#isWink = true;
  }

  /** Does what is due by `now`. */
  advance(now: number): void {
    if (this.#litUntil !== undefined && now >= this.#litUntil) {
      this.#litUntil = undefined;
      this.#saturatedUntil = undefined;
      this.#isWink = false;
      this.#darkSince = now;
    }
    if (this.lit || this.#waiting === 0) return;
    if (now + this.#settings.onMs > this.#deadline()) {
      // So late that a blink would tell of something long past.
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

  /** Forgets what waits, and is dark. */
  clear(now: number): void {
    this.#coalesceWaiting();
    this.#saturatedUntil = undefined;
    this.#isWink = false;
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

  #turnWinkIntoBlink(now: number): void {
    this.#isWink = false;
    this.#waiting -= 1;
    this.blinked += 1;
    this.#litUntil = now + this.#settings.onMs;
  }

  /** When the next flash may begin: the pause kept, and the window not full. */
  #earliestFlash(): number {
    const darkSince = this.#litUntil ?? this.#darkSince;
    return earliestAfter(this.#flashStarts, darkSince + this.#settings.offMs);
  }

  /** Whether every waiting blink is over by the deadline, going by the rules for each. */
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

  /** Stays lit instead, by one blink's turn longer for each event; never past the deadline. */
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

/** The first time not before `from` at which one more flash fits into the window. */
function earliestAfter(flashStarts: readonly number[], from: number): number {
  const first = flashStarts.at(-flashesPerWindow);
  return first === undefined ? from : Math.max(from, first + flashWindowMs);
}
