import { fstatSync, openSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import type { KoffiLibrary } from '../../../hardware/drivers/gpiochip-driver.ts';

export interface FakeGpiochip extends KoffiLibrary {
  /** What was asked of the kernel, in order, in words. */
  readonly calls: string[];
  /** Level by line, of those that are outputs. */
  readonly levels: Map<number, number>;
  /** Whether the file descriptor of this line is open. */
  isHeld(line: number): boolean;
}

export interface FakeGpiochipOptions {
  /** Label by name of the device; others answer ENOTTY, as /dev/null does. */
  readonly labels: Readonly<Record<string, string>>;
  /** Consumer by line that is taken already. */
  readonly busy?: Readonly<Record<number, string>>;
  /** The errno name with which getting a line fails. */
  readonly refuse?: 'EINVAL' | 'EIO';
}

const u32 = (buffer: Buffer, at: number) => buffer.readUInt32LE(at);
const u64 = (buffer: Buffer, at: number) => Number(buffer.readBigUInt64LE(at));
const text = (buffer: Buffer, at: number) => buffer.toString('latin1', at, buffer.indexOf(0, at));

/** A request number holds the size of its argument (include/uapi/asm-generic/ioctl.h). */
const sizeOf = (request: number) => (request >>> 16) & 0x3fff;

/** koffi 3.3.4 as seen from outside, calling the ioctl of a kernel with made-up chips. */
export function fakeGpiochip(options: FakeGpiochipOptions): FakeGpiochip {
  const calls: string[] = [];
  const levels = new Map<number, number>();
  const lineOf = new Map<number, number>();
  let errno = 0;

  const answers: Readonly<Record<number, (fd: number, argument: Buffer) => string | undefined>> = {
    // GPIO_GET_CHIPINFO_IOCTL
    [0x8044_b401]: (fd, info) => {
      const label = options.labels[basename(readlinkSync(join('/proc/self/fd', String(fd))))];
      if (!label) return 'ENOTTY';
      info.write(label, 32, 'latin1');
      return undefined;
    },
    // GPIO_V2_GET_LINEINFO_IOCTL
    [0xc100_b405]: (_fd, info) => {
      info.write(options.busy?.[u32(info, 64)] ?? '', 32, 'latin1');
      return undefined;
    },
    // GPIO_V2_GET_LINE_IOCTL
    [0xc250_b407]: (_fd, request) => {
      const line = u32(request, 0);
      if (options.busy?.[line] !== undefined) return 'EBUSY';
      if (options.refuse) return options.refuse;
      const isOneOutput = u32(request, 560) === 1 && u64(request, 288) === 8;
      const isInitialValue =
        u32(request, 296) === 1 && u32(request, 320) === 2 && u64(request, 336) === 1;
      if (!isOneOutput || !isInitialValue) return 'EINVAL';
      const level = u64(request, 328);
      const fd = openSync('/dev/null', 'r');
      lineOf.set(fd, line);
      levels.set(line, level);
      request.writeInt32LE(fd, 588);
      calls.push(`get ${line} for ${text(request, 256)} at ${level}`);
      return undefined;
    },
    // GPIO_V2_LINE_SET_VALUES_IOCTL
    [0xc010_b40f]: (fd, values) => {
      const line = lineOf.get(fd);
      if (line === undefined || u64(values, 8) !== 1) return 'EINVAL';
      levels.set(line, u64(values, 0));
      calls.push(`set ${line} to ${u64(values, 0)}`);
      return undefined;
    },
  };
  const ioctl = (...[fd, request, type, argument]: unknown[]) => {
    const isCall =
      typeof fd === 'number' &&
      typeof request === 'number' &&
      type === 'void *' &&
      Buffer.isBuffer(argument) &&
      argument.length === sizeOf(request);
    const code = isCall ? answers[request]?.(fd, argument) : 'EFAULT';
    if (code === undefined) return 0;
    errno = constants.errno[code as keyof typeof constants.errno];
    return -1;
  };

  return {
    calls,
    levels,
    isHeld: (line) => {
      const fd = [...lineOf].find(([, of]) => of === line)?.[0];
      if (fd === undefined) return false;
      try {
        fstatSync(fd);
        return true;
      } catch {
        return false;
      }
    },
    load: () => ({ func: () => ioctl }),
    errno: () => errno,
  };
}
