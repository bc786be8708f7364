import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/platform/clock.ts';
import { messageOf } from '../../src/platform/errors.ts';
import { accessRefusal, checkWritable } from '../access.ts';
import { type Board, readBoard, type Soc, unexportAdvice } from '../board.ts';
import { describePin } from '../header.ts';
import { type DriverOptions, DriverRefusal, levelFor, type PinDriver } from '../pins.ts';
import { polledInput } from '../polled-input.ts';
import { loadLibrary } from './library.ts';

/** The part of the package rpio that is used here. */
export interface RpioLibrary {
  readonly INPUT: number;
  readonly OUTPUT: number;
  readonly PULL_UP: number;
  readonly PIN_PRESERVE: number;
  init(options: { gpiomem: boolean; mapping: 'gpio'; mock: false; close_on_exit: boolean }): void;
  /** @param initial the level of an output, the pull of an input */
  open(pin: number, mode: number, initial: number): void;
  read(pin: number): number;
  write(pin: number, level: number): void;
  close(pin: number, reset: number): void;
  /** Unmaps the registers. Using a pin afterwards ends the process with a segmentation fault. */
  exit(): void;
  on(event: 'warn', listener: (message: string) => void): unknown;
  removeListener(event: 'warn', listener: (message: string) => void): unknown;
}

export interface RpioOptions extends DriverOptions {
  readonly load?: () => Promise<RpioLibrary>;
}

/** The chips whose registers rpio 2.4.2 knows; on others it would write to wrong addresses. */
const knownSocs: ReadonlySet<Soc> = new Set(['bcm2835', 'bcm2836', 'bcm2837', 'bcm2711']);

/**
 * Controls pins through the chip's registers and the package rpio, which only this file uses. For Pis
 * up to the 4 with the kernel of Raspberry Pi OS. Inputs are polled: rpio itself would poll every ms,
 * and requires an overlay (gpio-no-irq) that takes the interrupts away from the kernel.
 *
 * rpio contains code under the GPL. It isn't part of this program: it is an optional package, loaded
 * here at run time, and everything else works without it.
 */
export function rpioDriver(options: RpioOptions = {}): PinDriver {
  const {
    root = '/',
    clock = systemClock,
    load = async () => (await import('rpio')).default,
  } = options;
  /** Number of claimed pins and pending claims: all use the same mapping of the registers. */
  let users = 0;
  return {
    hasInputs: true,
    open: async (claim) => {
      const board = readBoard(root);
      checkBoard(board);
      const gpiomem = chooseMemory(root, board);
      const rpio = await loadLibrary('rpio', load);
      if (users === 0) start(rpio, gpiomem);
      const leave = () => {
        users -= 1;
        if (users === 0) rpio.exit();
      };
      const claimPin = (pin: number, mode: number, initial: number) => {
        checkNotExported(root, board, pin);
        openPin(rpio, pin, mode, initial);
        users += 1;
        return () => {
          // The kernel doesn't reset the registers: the pin stays an output, so the light stays off.
          rpio.close(pin, rpio.PIN_PRESERVE);
          leave();
        };
      };
      users += 1;
      try {
        return claim({
          output: (wiring) => {
            const { pin } = wiring;
            const release = claimPin(pin, rpio.OUTPUT, levelFor(wiring, false));
            return { write: (level) => rpio.write(pin, level), release };
          },
          input: (pin) => {
            const release = claimPin(pin, rpio.INPUT, rpio.PULL_UP);
            return polledInput({ read: () => (rpio.read(pin) === 1 ? 1 : 0), release }, clock);
          },
        });
      } finally {
        leave();
      }
    },
  };
}

/** On an unknown board, rpio only simulates: every call succeeds, but no pin changes. */
function checkBoard({ model, isRaspberryPi, soc }: Board): void {
  if (!isRaspberryPi) {
    throw new DriverRefusal(
      `rpio requires a Raspberry Pi; this is ${model ?? 'not one'}`,
      'Use a Raspberry Pi, or simulated lights',
    );
  }
  if (soc === undefined || !knownSocs.has(soc)) {
    throw new DriverRefusal(
      `rpio doesn't support the chip of this board (${model})`,
      'Use the driver gpiochip',
    );
  }
}

/** Returns whether to use /dev/gpiomem; otherwise /dev/mem is used, if the kernel permits it. */
function chooseMemory(root: string, { commandLine, kernel }: Board): boolean {
  const path = existsSync(join(root, 'dev/gpiomem')) ? '/dev/gpiomem' : '/dev/mem';
  const gpiomem = path === '/dev/gpiomem';
  if (!gpiomem && !commandLine.includes('iomem=relaxed')) {
    throw new DriverRefusal(
      `the kernel ${kernel} has no /dev/gpiomem`,
      'Use the driver gpiochip, or a Raspberry Pi OS kernel',
    );
  }
  try {
    checkWritable(join(root, path), 'read and write');
  } catch (error) {
    if (gpiomem) throw accessRefusal(root, path, error);
    throw new DriverRefusal(
      `only root can use ${path}`,
      'Use the driver gpiochip, or run as root',
      {
        cause: error,
      },
    );
  }
  return gpiomem;
}

/** rpio checks this too, but with numbers that kernels no longer use since 6.6. */
function checkNotExported(root: string, { sysfsChip }: Board, pin: number): void {
  const number = (sysfsChip?.base ?? 0) + pin;
  if (!existsSync(join(root, `sys/class/gpio/gpio${number}`))) return;
  throw new DriverRefusal(
    `${describePin(pin)} is in use through /sys/class/gpio`,
    unexportAdvice(number),
  );
}

function start(rpio: RpioLibrary, gpiomem: boolean): void {
  let warning: string | undefined;
  const onWarn = (message: string) => {
    warning = message;
  };
  // A listener also keeps rpio from printing the warning.
  rpio.on('warn', onWarn);
  try {
    // Its own exit handler would unmap the registers before the lights are switched off.
    rpio.init({ gpiomem, mapping: 'gpio', mock: false, close_on_exit: false });
  } catch (cause) {
    throw new DriverRefusal(
      `rpio can't access the registers: ${messageOf(cause)}`,
      'Use the driver gpiochip',
      { cause },
    );
  } finally {
    rpio.removeListener('warn', onWarn);
  }
  if (warning !== undefined) {
    throw new DriverRefusal(
      `rpio would only simulate the pins: ${warning}`,
      'Use the driver gpiochip',
    );
  }
}

function openPin(rpio: RpioLibrary, pin: number, mode: number, initial: number): void {
  try {
    rpio.open(pin, mode, initial);
  } catch (cause) {
    throw new DriverRefusal(
      `rpio refused ${describePin(pin)}: ${messageOf(cause)}`,
      'Choose another pin, or use the driver gpiochip',
      { cause },
    );
  }
}
