/** One time that a pin was high, on this machine's monotonic clock, ms. */
export interface Pulse {
  readonly from: number;
  /** Undefined while it lasts. */
  readonly to: number | undefined;
}

/** Reads pins as fast as the emulator answers, some hundred times a second, and keeps the pulses. */
export class PulseRecorder {
  readonly #pulses: ReadonlyMap<number, { from: number; to: number | undefined }[]>;
  readonly #done: Promise<void>;
  #stopped = false;
  /** How often the pins were read. */
  samples = 0;

  constructor(pins: readonly number[], readLevels: () => Promise<number>) {
    this.#pulses = new Map(pins.map((pin) => [pin, []]));
    this.#done = this.#run(readLevels);
  }

  /** The pulses of a pin so far, oldest first. */
  pulses(pin: number): readonly Pulse[] {
    return this.#pulses.get(pin) ?? [];
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #run(readLevels: () => Promise<number>): Promise<void> {
    while (!this.#stopped) {
      const levels = await readLevels();
      const now = performance.now();
      this.samples += 1;
      for (const [pin, pulses] of this.#pulses) {
        const isHigh = ((levels >>> pin) & 1) === 1;
        const last = pulses.at(-1);
        const wasHigh = last !== undefined && last.to === undefined;
        if (isHigh && !wasHigh) pulses.push({ from: now, to: undefined });
        if (!isHigh && wasHigh) last.to = now;
      }
    }
  }
}
