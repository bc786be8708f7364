import { readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';

/** The systems on chip of the Raspberry Pis, oldest first. */
export const socs = ['bcm2835', 'bcm2836', 'bcm2837', 'bcm2711', 'bcm2712'] as const;
export type Soc = (typeof socs)[number];

/** Labels of the GPIO chips that a header can be connected to (Linux, drivers/pinctrl). */
export const headerChipLabels = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1'] as const;

/** The chip that the header is connected to, as sysfs numbers it. */
export interface SysfsChip {
  readonly label: string;
  /** The sysfs number of BCM 0. */
  readonly base: number;
}

/** What is known about the computer that the lights are connected to. */
export interface Board {
  /** From the device tree, e.g. `Raspberry Pi 4 Model B Rev 1.4`; undefined on a PC. */
  readonly model: string | undefined;
  readonly isRaspberryPi: boolean;
  readonly soc: Soc | undefined;
  /** Release of the kernel, e.g. `6.12.48+deb13-arm64`. */
  readonly kernel: string;
  /** The kernel's command line. */
  readonly commandLine: readonly string[];
  /** The header's chip; undefined if the kernel has no sysfs interface to GPIO or no such chip. */
  readonly sysfsChip: SysfsChip | undefined;
}

/** Detects the board from /proc and /sys below `root` (`/` except in tests). */
export function readBoard(root = '/'): Board {
  // Not /proc/device-tree, which is a link to this folder: the service can't see it
  // (ProcSubset=pid, systemd.exec(5)).
  const deviceTree = join(root, 'sys/firmware/devicetree/base');
  const model = textOf(join(deviceTree, 'model'));
  const compatible = textOf(join(deviceTree, 'compatible')) ?? '';
  return {
    model,
    isRaspberryPi: model?.startsWith('Raspberry Pi') ?? false,
    soc: socs.find((soc) => compatible.split('\0').includes(`brcm,${soc}`)),
    kernel: textOf(join(root, 'proc/sys/kernel/osrelease')) ?? release(),
    commandLine: (textOf(join(root, 'proc/cmdline')) ?? '').split(/\s+/),
    sysfsChip: findSysfsChip(join(root, 'sys/class/gpio')),
  };
}

/** Describes the board for logs and refusals. */
export function describeBoard(board: Board): string {
  return `${board.model ?? 'not a Raspberry Pi'}, kernel ${board.kernel}`;
}

/** What to do about a pin that is still exported or in use in sysfs. */
export function unexportAdvice(sysfsNumber: number): string {
  return `Stop the program that uses it, then run \`echo ${sysfsNumber} | sudo tee /sys/class/gpio/unexport\``;
}

/** Finds the chip by its label: numbers start at 512 since Linux 6.6, and have no fixed order. */
function findSysfsChip(folder: string): SysfsChip | undefined {
  for (const name of namesIn(folder)) {
    if (!name.startsWith('gpiochip')) continue;
    const label = textOf(join(folder, name, 'label'));
    const base = Number(textOf(join(folder, name, 'base')) ?? Number.NaN);
    const isHeader = headerChipLabels.some((known) => known === label);
    if (label && isHeader && Number.isInteger(base)) return { label, base };
  }
  return undefined;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Reads a text file. Device-tree texts end with a NUL, those of sysfs with a line feed. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/[\0\s]+$/u, '');
  } catch {
    return undefined;
  }
}
