import { closeSync, fstatSync, openSync, readlinkSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import koffi from 'koffi';
import type { KoffiLibrary } from '../../../hardware/drivers/libc.ts';

export interface FakeGpiochip extends KoffiLibrary {
  /** What was asked of the kernel, in order, in words. */
  readonly calls: string[];
  /** Level by line. */
  readonly levels: Map<number, number>;
  /** Whether the file descriptor of this line is open. */
  isHeld(line: number): boolean;
  /** Gives an input a level, and so an edge to read. Throws EPIPE when nobody has the line open. */
  drive(line: number, level: 0 | 1): void;
  /** The chip goes, and with it every line. */
  unplug(): void;
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
  /** What writes edges, by line: an input is the reading end of a pipe. */
  const edgesOf = new Map<number, number>();
  const library = koffi.load(null);
  const pipe = library.func('int pipe(_Out_ int *ends)');
  let isGone = false;
  let errno: number | undefined;

  const openInput = (line: number): number => {
    const ends = [-1, -1];
    pipe(ends);
    const [reading = -1, writing = -1] = ends;
    edgesOf.set(line, writing);
    levels.set(line, 1);
    return reading;
  };

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
      // GPIO_V2_LINE_FLAG_INPUT, EDGE_RISING, EDGE_FALLING and BIAS_PULL_UP
      if (u32(request, 560) === 1 && u64(request, 288) === 4 + 16 + 32 + 256) {
        const fd = openInput(line);
        lineOf.set(fd, line);
        request.writeInt32LE(fd, 588);
        calls.push(`get ${line} for ${text(request, 256)} as input`);
        return undefined;
      }
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
    // GPIO_V2_LINE_GET_VALUES_IOCTL
    [0xc010_b40e]: (fd, values) => {
      const line = lineOf.get(fd);
      if (isGone) return 'ENODEV';
      if (line === undefined || u64(values, 8) !== 1) return 'EINVAL';
      values.writeBigUInt64LE(BigInt(levels.get(line) ?? 0), 0);
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
    errno = undefined;
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
    drive: (line, level) => {
      levels.set(line, level);
      // struct gpio_v2_line_event
      writeSync(edgesOf.get(line) ?? -1, Buffer.alloc(48));
    },
    unplug: () => {
      isGone = true;
      for (const edges of edgesOf.values()) closeSync(edges);
      edgesOf.clear();
    },
    // Lines are asked for here; waiting for them is the real kernel's.
    load: () => ({
      func: (prototype) => (/ ioctl\(/.test(prototype) ? ioctl : library.func(prototype)),
    }),
    errno: () => errno ?? koffi.errno(),
  };
}
