import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../src/platform/errors.ts';
import { accessRefusal } from '../access.ts';
import { type Board, headerChipLabels, readBoard, unexportAdvice } from '../board.ts';
import { describePin } from '../header.ts';
import {
  type DriverOptions,
  DriverRefusal,
  type InputPin,
  levelFor,
  type OutputPin,
  type OutputWiring,
  type PinDriver,
} from '../pins.ts';
import { chipInfo, lineInfo, lineRequest, lineValues, requests } from './gpio-uapi.ts';
import { type KoffiLibrary, type Libc, libcOf } from './libc.ts';
import { loadLibrary } from './library.ts';

export interface GpiochipOptions extends DriverOptions {
  readonly load?: () => Promise<KoffiLibrary>;
}

/** The header's chip, while its lines are claimed. */
interface Chip {
  readonly descriptor: number;
  readonly libc: Libc;
  readonly board: Board;
}

/** The name under which the kernel lists our lines. */
const consumer = 'blinky';

/**
 * Controls pins through the kernel's GPIO character device (/dev/gpiochip*), with the package koffi.
 * For every Pi with Linux 5.10 or later.
 */
export function gpiochipDriver(options: GpiochipOptions = {}): PinDriver {
  const { root = '/', load = async () => (await import('koffi')).default } = options;
  return {
    hasInputs: true,
    open: async (claim) => {
      const board = readBoard(root);
      const devices = devicesIn(root);
      if (devices.length === 0) throw noChip(board, '/dev/gpiochip* not found');
      const libc = libcOf(await loadLibrary('koffi', load));
      const descriptor = openHeaderChip(root, board, devices, libc);
      const chip = { descriptor, libc, board };
      try {
        return claim({
          output: (wiring) => outputOf(chip, wiring),
          input: (bcm) => inputOf(chip, bcm),
        });
      } finally {
        // Each line has its own descriptor.
        closeSync(descriptor);
      }
    },
  };
}

function devicesIn(root: string): string[] {
  try {
    return readdirSync(join(root, 'dev')).filter((name) => /^gpiochip\d+$/u.test(name));
  } catch {
    return [];
  }
}

function openHeaderChip(
  root: string,
  board: Board,
  devices: readonly string[],
  libc: Libc,
): number {
  let refusal: DriverRefusal | undefined;
  for (const device of devices) {
    let descriptor: number;
    try {
      descriptor = openSync(join(root, 'dev', device), 'r+');
    } catch (error) {
      const isForbidden = codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM';
      if (isForbidden) refusal ??= accessRefusal(root, `/dev/${device}`, error);
      continue;
    }
    const label = labelOf(descriptor, libc);
    if (headerChipLabels.some((known) => known === label)) return descriptor;
    closeSync(descriptor);
  }
  throw refusal ?? noChip(board, 'none of /dev/gpiochip* is the header of a Raspberry Pi');
}

function labelOf(descriptor: number, libc: Libc): string | undefined {
  try {
    const info = chipInfo.empty();
    libc.ioctl(descriptor, requests.getChipInfo, info);
    return chipInfo.label(info);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    // Something else with the name of a chip.
    return undefined;
  }
}

function noChip(board: Board, reason: string): DriverRefusal {
  return new DriverRefusal(
    reason,
    board.isRaspberryPi
      ? `Use a Raspberry Pi OS or Debian kernel with the GPIO character device (this is ${board.kernel})`
      : 'Use a Raspberry Pi, or simulated lights',
  );
}

function outputOf(chip: Chip, wiring: OutputWiring): OutputPin {
  const { pin } = wiring;
  const line = claimLine(chip, pin, lineRequest.output(pin, levelFor(wiring, false), consumer));
  const levels = [lineValues.of(0), lineValues.of(1)] as const;
  return {
    write: (level) => chip.libc.ioctl(line, requests.setValues, levels[level]),
    release: () => closeSync(line),
  };
}

function inputOf(chip: Chip, bcm: number): InputPin {
  const { libc } = chip;
  const line = claimLine(chip, bcm, lineRequest.input(bcm, consumer));
  const values = lineValues.of(0);
  let stopWatching = () => {};
  return {
    read: () => {
      libc.ioctl(line, requests.getValues, values);
      return lineValues.level(values);
    },
    watch: (onEdge, onFailure) => {
      stopWatching = libc.watch(line, onEdge, onFailure);
    },
    release: () => {
      stopWatching();
      closeSync(line);
    },
  };
}

/** Requests a line from the kernel, and returns its descriptor. */
function claimLine(chip: Chip, bcm: number, request: Buffer): number {
  try {
    chip.libc.ioctl(chip.descriptor, requests.getLine, request);
    return lineRequest.descriptor(request);
  } catch (error) {
    throw explain(chip, bcm, error);
  }
}

function explain(chip: Chip, bcm: number, cause: unknown): DriverRefusal {
  const pin = describePin(bcm);
  switch (codeOf(cause)) {
    case 'EBUSY': {
      const holder = consumerOf(chip, bcm);
      const by = holder ? `"${holder}"` : 'another program or a kernel driver';
      return new DriverRefusal(
        `${pin} is in use by ${by}`,
        releaseAdvice(holder, bcm, chip.board),
        { cause },
      );
    }
    case 'ENOTTY':
    case 'EINVAL':
      return new DriverRefusal(
        `the kernel refused ${pin}`,
        'Use Linux 5.10 or later, or choose another pin',
        { cause },
      );
    default:
      return new DriverRefusal(
        `can't open ${pin}: ${messageOf(cause)}`,
        'Check that no other program uses the pin, or choose another driver',
        { cause },
      );
  }
}

function consumerOf({ descriptor, libc }: Chip, bcm: number): string {
  try {
    const info = lineInfo.ask(bcm);
    libc.ioctl(descriptor, requests.getLineInfo, info);
    return lineInfo.consumer(info);
  } catch {
    return '';
  }
}

function releaseAdvice(holder: string, bcm: number, { sysfsChip }: Board): string {
  if (holder === consumer) {
    return 'Stop the Blinky that is already running: `sudo systemctl stop blinky`';
  }
  if (holder === 'sysfs' && sysfsChip) return unexportAdvice(sysfsChip.base + bcm);
  return 'Stop the program that uses it, or choose another pin';
}
