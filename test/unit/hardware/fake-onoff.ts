import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OnoffLibrary } from '../../../hardware/drivers/onoff-driver.ts';
import { systemError } from './fake-root.ts';

export type FakeOnoffGpio = InstanceType<OnoffLibrary['Gpio']> & {
  /** What the wire has, whoever drives it. */
  level: 0 | 1;
  /** Made to fail, reading throws like a pin that was unexported behind our back. */
  gone: boolean;
  /** What the library does when the level changes. */
  interrupt(): void;
};

export interface FakeOnoff extends OnoffLibrary {
  /** Everything asked of the library and its pins, in order. */
  readonly calls: string[];
  readonly pins: Map<number, FakeOnoffGpio>;
}

export interface FakeOnoffFaults {
  /** Errors of the constructor by sysfs number. */
  readonly refuse?: Readonly<Record<number, string>>;
  /** Sysfs numbers whose direction somebody else keeps as input. */
  readonly stuck?: readonly number[];
}

/** onoff 6.0.3 as seen from outside, over the fake /sys/class/gpio below `root`. */
export function fakeOnoff(root: string, faults: FakeOnoffFaults = {}): FakeOnoff {
  const calls: string[] = [];
  const pins = new Map<number, FakeOnoffGpio>();
  class Gpio {
    level: 0 | 1 = 1;
    gone = false;
    readonly #number: number;
    readonly #direction: string;
    readonly #watchers: ((error: null, value: 0 | 1) => void)[] = [];

    constructor(
      number: number,
      direction: 'in' | 'high' | 'low',
      edge: string,
      options: { activeLow: boolean },
    ) {
      calls.push(`new ${number} ${direction} ${edge} activeLow=${options.activeLow}`);
      this.#number = number;
      const folder = join(root, `sys/class/gpio/gpio${number}`);
      const code = faults.refuse?.[number];
      // The real one exports first and fails later when the pin's files stay closed to it.
      if (code !== 'EBUSY' && !existsSync(folder)) mkdirSync(folder);
      if (code) throw systemError(code);
      writeFileSync(join(folder, 'value'), '0');
      const stuck = faults.stuck?.includes(number);
      this.#direction = stuck || direction === 'in' ? 'in' : 'out';
      if (direction !== 'in') this.level = direction === 'high' ? 1 : 0;
      pins.set(number, this);
    }

    readSync(): 0 | 1 {
      if (this.gone) throw systemError('ENODEV');
      return this.level;
    }

    writeSync(value: 0 | 1): void {
      calls.push(`write ${this.#number} ${value}`);
      if (this.gone) throw systemError('EIO');
      this.level = value;
    }

    direction(): string {
      return this.#direction;
    }

    activeLow(): boolean {
      return false;
    }

    watch(callback: (error: null, value: 0 | 1) => void): void {
      this.#watchers.push(callback);
    }

    interrupt(): void {
      const value = this.readSync();
      for (const watcher of this.#watchers) watcher(null, value);
    }

    unexport(): void {
      calls.push(`unexport ${this.#number}`);
    }
  }
  return { Gpio, calls, pins };
}
