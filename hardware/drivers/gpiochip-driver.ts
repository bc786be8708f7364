import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { accessRefusal } from '../access.ts';
import { type Board, headerChipLabels, readBoard, unexportAdvice } from '../board.ts';
import { describePin } from '../header.ts';
import { DriverRefusal, type LampDriver, type LampWiring } from '../lamp.ts';
import { type OutputPin, openLampPins } from '../pin-lamp.ts';
import { chipInfo, lineInfo, lineRequest, lineValues, requests } from './gpio-uapi.ts';
import { codeOf, loadLibrary } from './library.ts';

/** The part of the package koffi that is used here: calling a function of the C library. */
export interface KoffiLibrary {
  /** Opens what the process has loaded already, so it works with glibc and musl alike. */
  load(path: null): { func(prototype: string): (...args: unknown[]) => unknown };
  /** The error number of the last call. */
  errno(): number;
}

export interface GpiochipOptions {
  /** The root of the file system: `/` but in tests. */
  readonly root?: string;
  readonly load?: () => Promise<KoffiLibrary>;
}

/** Fills `argument` in, or throws an error with the system's `code`. */
type Ioctl = (descriptor: number, request: number, argument: Buffer) => void;

/** The header's chip, while its lines are claimed. */
interface Chip {
  readonly descriptor: number;
  readonly ioctl: Ioctl;
  readonly board: Board;
}

/** The name under which the kernel lists our lines. */
const consumer = 'blinky';

/**
 * The lights through the kernel's GPIO character device (/dev/gpiochip*), called through the
 * package koffi, which alone this file knows. For every Pi with Linux 5.10 or later.
 */
export function gpiochipDriver(options: GpiochipOptions = {}): LampDriver {
  const { root = '/', load = async () => (await import('koffi')).default } = options;
  return {
    name: 'gpiochip',
    open: async (wirings) => {
      const board = readBoard(root);
      const devices = devicesIn(root);
      if (devices.length === 0) throw noChip(board, 'there is no /dev/gpiochip*');
      const ioctl = ioctlOf(await loadLibrary('koffi', load));
      const descriptor = openHeaderChip(root, board, devices, ioctl);
      try {
        return openLampPins(wirings, (wiring) => claim({ descriptor, ioctl, board }, wiring));
      } finally {
        // The lines have descriptors of their own.
        closeSync(descriptor);
      }
    },
  };
}

function ioctlOf(koffi: KoffiLibrary): Ioctl {
  const call = koffi.load(null).func('int ioctl(int fd, unsigned long request, ...)');
  return (descriptor, request, argument) => {
    if (call(descriptor, request, 'void *', argument) === 0) return;
    const code = getSystemErrorName(-koffi.errno());
    throw Object.assign(new Error(`ioctl 0x${request.toString(16)}: ${code}`), { code });
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
  ioctl: Ioctl,
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
    const label = labelOf(descriptor, ioctl);
    if (headerChipLabels.some((known) => known === label)) return descriptor;
    closeSync(descriptor);
  }
  throw refusal ?? noChip(board, 'no /dev/gpiochip* is the header of a Raspberry Pi');
}

function labelOf(descriptor: number, ioctl: Ioctl): string | undefined {
  try {
    const info = chipInfo.empty();
    ioctl(descriptor, requests.getChipInfo, info);
    return chipInfo.label(info);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    // Something else by the name of a chip.
    return undefined;
  }
}

function noChip(board: Board, reason: string): DriverRefusal {
  return new DriverRefusal(
    reason,
    board.isRaspberryPi
      ? `Use a kernel of Raspberry Pi OS or Debian with the GPIO character device (this is ${board.kernel})`
      : 'Use a Raspberry Pi, or simulated lights',
  );
}

function claim(chip: Chip, { pin, activeLow }: LampWiring): OutputPin {
  const request = lineRequest.output(pin, activeLow ? 1 : 0, consumer);
  try {
    chip.ioctl(chip.descriptor, requests.getLine, request);
  } catch (error) {
    throw explain(chip, pin, error);
  }
  const line = lineRequest.descriptor(request);
  const levels = [lineValues(0), lineValues(1)] as const;
  return {
    write: (level) => chip.ioctl(line, requests.setValues, levels[level]),
    release: () => closeSync(line),
  };
}

function explain(chip: Chip, bcm: number, cause: unknown): DriverRefusal {
  const pin = describePin(bcm);
  switch (codeOf(cause)) {
    case 'EBUSY': {
      const holder = consumerOf(chip, bcm);
      const by = holder ? `"${holder}"` : 'another program or a driver of the kernel';
      return new DriverRefusal(
        `${pin} is in use by ${by}`,
        releaseAdvice(holder, bcm, chip.board),
        { cause },
      );
    }
    case 'ENOTTY':
    case 'EINVAL':
      return new DriverRefusal(
        `the kernel refused ${pin} as an output`,
        'Use Linux 5.10 or later, or choose another pin',
        { cause },
      );
    default:
      return new DriverRefusal(
        `${pin} can't be had: ${cause instanceof Error ? cause.message : String(cause)}`,
        'Check that no other program uses the pin, or choose another driver',
        { cause },
      );
  }
}

function consumerOf({ descriptor, ioctl }: Chip, bcm: number): string {
  try {
    const info = lineInfo.ask(bcm);
    ioctl(descriptor, requests.getLineInfo, info);
    return lineInfo.consumer(info);
  } catch {
    return '';
  }
}

function releaseAdvice(holder: string, bcm: number, { sysfsChip }: Board): string {
  if (holder === consumer) {
    return 'Stop the Blinky Light that runs already: `sudo systemctl stop blinky`';
  }
  if (holder === 'sysfs' && sysfsChip) return unexportAdvice(sysfsChip.base + bcm);
  return 'Stop what uses it, or choose another pin';
}
