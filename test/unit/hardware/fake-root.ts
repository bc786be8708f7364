import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { LampWirings } from '../../../hardware/lamp.ts';
import { claimLamps } from '../../../hardware/pin-lamp.ts';
import { DriverRefusal, type Pins } from '../../../hardware/pins.ts';

/** What a made-up computer offers. */
export interface FakeBoard {
  readonly model?: string;
  readonly compatible?: string;
  readonly kernel?: string;
  readonly commandLine?: string;
  /** Chips in /sys/class/gpio; without any, the folder is not there. */
  readonly sysfsChips?: readonly { readonly label: string; readonly base: number }[];
  /** Pins by sysfs number that somebody has exported. */
  readonly exported?: readonly number[];
  /** Files in /dev. */
  readonly devices?: readonly string[];
}

export const pi3: FakeBoard = {
  model: 'Raspberry Pi 3 Model B Rev 1.2',
  compatible: 'raspberrypi,3-model-b\0brcm,bcm2837',
  kernel: '6.12.48+deb13-arm64',
};

export const pi5: FakeBoard = {
  model: 'Raspberry Pi 5 Model B Rev 1.0',
  compatible: 'raspberrypi,5-model-b\0brcm,bcm2712',
  kernel: '6.12.47+rpt-rpi-2712',
};

export const debianSysfs = [
  { label: 'raspberrypi-exp-gpio', base: 566 },
  { label: 'pinctrl-bcm2835', base: 512 },
];

export const wirings: LampWirings = {
  green: { pin: 17, activeLow: false },
  red: { pin: 27, activeLow: false },
};

/** What a driver's `open` is given to claim both lights. */
export const claimWired = (pins: Pins) => claimLamps(pins, wirings);

/** Makes a root file system with the /proc, /sys and /dev of such a computer. */
export function fakeRoot(t: TestContext, board: FakeBoard = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'blinky-root-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  chmodSync(root, 0o755);
  const write = (path: string, text: string) => {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  if (board.model) write('sys/firmware/devicetree/base/model', `${board.model}\0`);
  if (board.compatible) write('sys/firmware/devicetree/base/compatible', `${board.compatible}\0`);
  write('proc/sys/kernel/osrelease', `${board.kernel ?? '6.1.0-amd64'}\n`);
  write('proc/cmdline', `${board.commandLine ?? 'root=/dev/sda1 ro'}\n`);
  write('etc/group', 'root:x:0:\ngpio:x:986:blinky\n');
  for (const { label, base } of board.sysfsChips ?? []) {
    write('sys/class/gpio/export', '');
    write('sys/class/gpio/unexport', '');
    write(`sys/class/gpio/gpiochip${base}/label`, `${label}\n`);
    write(`sys/class/gpio/gpiochip${base}/base`, `${base}\n`);
  }
  for (const number of board.exported ?? []) write(`sys/class/gpio/gpio${number}/value`, '0\n');
  for (const name of board.devices ?? []) write(`dev/${name}`, '');
  return root;
}

/** For `assert.rejects` and `assert.throws`: a refusal whose reason and remedy match. */
export function refusal(reason: RegExp, remedy: RegExp) {
  return (error: unknown) =>
    error instanceof DriverRefusal && reason.test(error.message) && remedy.test(error.remedy);
}

/** Runs `task` without root's right to open every file. */
export async function asOrdinaryUser(task: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await task();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

/** An error as Node makes it of a system call that failed. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: a system call failed`), { code });
}
