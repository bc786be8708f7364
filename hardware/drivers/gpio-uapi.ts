import { endianness } from 'node:os';
import type { Level } from '../pins.ts';

/**
 * The kernel's GPIO character device, version 2: request numbers and layouts as in
 * include/uapi/linux/gpio.h (Linux 5.10 and later). Every field is in the machine's byte order and at
 * the same offset on 32 and 64 bits.
 */
export const requests = {
  getChipInfo: 0x8044_b401,
  getLineInfo: 0xc100_b405,
  getLine: 0xc250_b407,
  getValues: 0xc010_b40e,
  setValues: 0xc010_b40f,
} as const;

/** Information about the chip: struct gpiochip_info. */
export const chipInfo = {
  empty: () => Buffer.alloc(68),
  label: (info: Buffer) => textAt(info, 32),
};

/** Information about one line: struct gpio_v2_line_info. */
export const lineInfo = {
  ask(offset: number): Buffer {
    const info = Buffer.alloc(256);
    writeU32(info, 64, offset);
    return info;
  },
  /** The name of the program that uses the line; empty if it is free or no name was given. */
  consumer: (info: Buffer) => textAt(info, 32),
};

const flags = {
  input: 1n << 2n,
  output: 1n << 3n,
  risingEdge: 1n << 4n,
  fallingEdge: 1n << 5n,
  pullUp: 1n << 8n,
} as const;
const attributeOutputValues = 2;

/** A request for one line: struct gpio_v2_line_request. */
export const lineRequest = {
  /** The line has `level` from the moment it becomes an output. */
  output(offset: number, level: Level, consumer: string): Buffer {
    const request = requestFor(offset, consumer, flags.output);
    // One attribute: the initial values of the lines in the mask that follows them.
    writeU32(request, 296, 1);
    writeU32(request, 320, attributeOutputValues);
    writeU64(request, 328, BigInt(level));
    writeU64(request, 336, 1n);
    return request;
  },
  /** Pulled up if the chip supports it; each edge can be read as an event. */
  input(offset: number, consumer: string): Buffer {
    const edges = flags.risingEdge | flags.fallingEdge;
    return requestFor(offset, consumer, flags.input | edges | flags.pullUp);
  },
  /** The file descriptor of the line, filled in by the kernel. */
  descriptor: (request: Buffer) =>
    endianness() === 'LE' ? request.readInt32LE(588) : request.readInt32BE(588),
};

function requestFor(offset: number, consumer: string, lineFlags: bigint): Buffer {
  const request = Buffer.alloc(592);
  writeU32(request, 0, offset);
  request.write(consumer.slice(0, 31), 256, 'latin1');
  writeU64(request, 288, lineFlags);
  writeU32(request, 560, 1);
  return request;
}

/** The level of the one line of a request, to be set or filled in: struct gpio_v2_line_values. */
export const lineValues = {
  of(level: Level): Buffer {
    const values = Buffer.alloc(16);
    writeU64(values, 0, BigInt(level));
    writeU64(values, 8, 1n);
    return values;
  },
  level: (values: Buffer): Level => ((values[endianness() === 'LE' ? 0 : 7] ?? 0) & 1 ? 1 : 0),
};

function textAt(buffer: Buffer, offset: number): string {
  const field = buffer.subarray(offset, offset + 32);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end === -1 ? 32 : end);
}

function writeU32(buffer: Buffer, offset: number, value: number): void {
  if (endianness() === 'LE') buffer.writeUInt32LE(value, offset);
  else buffer.writeUInt32BE(value, offset);
}

function writeU64(buffer: Buffer, offset: number, value: bigint): void {
  if (endianness() === 'LE') buffer.writeBigUInt64LE(value, offset);
  else buffer.writeBigUInt64BE(value, offset);
}
