import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../src/platform/errors.ts';
import { accessRefusal, checkWritable } from '../access.ts';
import { type Board, readBoard } from '../board.ts';
import { describePin } from '../header.ts';
import {
  type DriverOptions,
  DriverRefusal,
  type InputPin,
  type Level,
  levelFor,
  type PinDriver,
} from '../pins.ts';
import { loadLibrary } from './library.ts';

/** The part of the package onoff that is used here: pins through /sys/class/gpio. */
export interface OnoffLibrary {
  readonly Gpio: new (
    sysfsNumber: number,
    direction: Direction,
    edge: 'none' | 'both',
    options: { activeLow: boolean },
  ) => OnoffGpio;
}

export interface OnoffGpio {
  readSync(): number;
  writeSync(value: Level): void;
  direction(): string;
  activeLow(): boolean;
  watch(callback: (error: Error | null | undefined, value: Level) => void): void;
  unexport(): void;
}

export interface OnoffOptions extends DriverOptions {
  readonly load?: () => Promise<OnoffLibrary>;
}

const gpioFolder = '/sys/class/gpio';

/**
 * Controls pins through sysfs and the package onoff, which only this file uses. For kernels that
 * still have /sys/class/gpio, which has interrupts on both edges but no pull-ups.
 */
export function onoffDriver(options: OnoffOptions = {}): PinDriver {
  const { root = '/', load = () => import('onoff') } = options;
  return {
    hasInputs: true,
    open: async (claim) => {
      const base = checkedBase(root, readBoard(root));
      const { Gpio } = await loadLibrary('onoff', load);
      return claim({
        output: (wiring) => {
          const direction = levelFor(wiring, false) === 1 ? 'high' : 'low';
          const gpio = claimPin(Gpio, root, base, wiring.pin, direction);
          return { write: (to) => gpio.writeSync(to), release: () => gpio.unexport() };
        },
        input: (bcm) => inputOf(claimPin(Gpio, root, base, bcm, 'in')),
      });
    },
  };
}

type Direction = 'in' | 'high' | 'low';

function claimPin(
  Gpio: OnoffLibrary['Gpio'],
  root: string,
  base: number,
  bcm: number,
  direction: Direction,
): OnoffGpio {
  const number = base + bcm;
  const folder = join(root, gpioFolder, `gpio${number}`);
  // After kill -9, the kernel keeps a pin exported: onoff takes it over.
  const wasExported = existsSync(folder);
  try {
    // The levels written are those of the wire: an `active_low` left by another program is cleared.
    const edge = direction === 'in' ? 'both' : 'none';
    const gpio = new Gpio(number, direction, edge, { activeLow: false });
    checkTaken(gpio, bcm, direction);
    return gpio;
  } catch (error) {
    const refusal = explain(root, bcm, number, error);
    if (!wasExported && existsSync(folder)) unexport(root, number);
    throw refusal;
  }
}

function checkedBase(root: string, board: Board): number {
  const exportFile = `${gpioFolder}/export`;
  if (!existsSync(join(root, exportFile))) {
    throw new DriverRefusal(
      `the kernel ${board.kernel} doesn't provide ${exportFile}`,
      board.isRaspberryPi
        ? 'Use the driver gpiochip, which works with newer kernels'
        : 'Use a Raspberry Pi, or simulated lights',
    );
  }
  if (!board.sysfsChip) {
    throw new DriverRefusal(
      `no chip in ${gpioFolder} is the header of a Raspberry Pi`,
      'Use a Raspberry Pi, or simulated lights',
    );
  }
  try {
    checkWritable(join(root, exportFile), 'write');
  } catch (error) {
    throw accessRefusal(root, exportFile, error);
  }
  return board.sysfsChip.base;
}

/** onoff ignores every error with a pin that was already exported, so the result is checked here. */
function checkTaken(gpio: OnoffGpio, bcm: number, direction: Direction): void {
  const isTaken = gpio.direction() === (direction === 'in' ? 'in' : 'out') && !gpio.activeLow();
  const hasLevel = direction === 'in' || gpio.readSync() === (direction === 'high' ? 1 : 0);
  if (isTaken && hasLevel) return;
  throw new DriverRefusal(
    `${describePin(bcm)} is exported by another user`,
    `Stop the program that uses it, or choose another pin`,
  );
}

function inputOf(gpio: OnoffGpio): InputPin {
  const read = gpio.readSync.bind(gpio);
  let last: Level = 1;
  return {
    read: () => (read() === 1 ? 1 : 0),
    watch: (onEdge, onFailure) => {
      let failed = false;
      // onoff reads the pin in its own callback: an error thrown there would end the process.
      gpio.readSync = () => {
        try {
          last = read() === 1 ? 1 : 0;
        } catch (error) {
          if (!failed) {
            failed = true;
            onFailure(error);
          }
        }
        return last;
      };
      gpio.watch(() => {
        if (!failed) onEdge();
      });
    },
    release: () => gpio.unexport(),
  };
}

function unexport(root: string, sysfsNumber: number): void {
  try {
    writeFileSync(join(root, gpioFolder, 'unexport'), String(sysfsNumber));
  } catch {
    // It stays exported, which is harmless.
  }
}

function explain(root: string, bcm: number, sysfsNumber: number, error: unknown): DriverRefusal {
  if (error instanceof DriverRefusal) return error;
  const pin = describePin(bcm);
  switch (codeOf(error)) {
    case 'EBUSY':
      return new DriverRefusal(
        `${pin} is in use by another program or a kernel driver`,
        'Stop the program that uses it (see `sudo cat /sys/kernel/debug/gpio`), or choose another pin',
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
      return accessRefusal(root, `${gpioFolder}/gpio${sysfsNumber}/value`, error);
    case 'EINVAL':
    case 'ENOENT':
      return new DriverRefusal(
        `the kernel doesn't provide ${pin} in ${gpioFolder}`,
        'Use the driver gpiochip, or choose another pin',
        { cause: error },
      );
    default:
      return new DriverRefusal(
        `can't open ${pin}: ${messageOf(error)}`,
        'Check that no other program uses the pin, or choose another driver',
        { cause: error },
      );
  }
}
