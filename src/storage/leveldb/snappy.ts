import { Cursor } from './cursor.ts';

/** More than any block has; a damaged length must not take the memory. */
const longest = 64 * 1024 * 1024;

/**
 * Unpacks Snappy's raw format (format_description.txt), with which LevelDB packs blocks.
 * Throws RangeError for what is not in that format.
 */
export function unpackSnappy(packed: Buffer): Buffer {
  const from = new Cursor(packed);
  const length = from.varint();
  if (length > longest) throw new RangeError('unpacked, it would be too long');
  const to = Buffer.alloc(length);
  let end = 0;
  const room = (count: number) => {
    if (end + count > length) throw new RangeError('unpacked, it is longer than it says');
  };
  while (!from.atEnd) {
    const tag = from.byte();
    if ((tag & 3) === 0) {
      const count = 1 + (tag >>> 2 < 60 ? tag >>> 2 : littleEndian(from, (tag >>> 2) - 59));
      room(count);
      from.bytes(count).copy(to, end);
      end += count;
      continue;
    }
    const { count, back } = copyOf(tag, from);
    room(count);
    if (back === 0 || back > end) throw new RangeError('it repeats what is not there');
    // Byte by byte: what is repeated may reach into what is written.
    for (let index = 0; index < count; index += 1, end += 1) to[end] = to[end - back] as number;
  }
  if (end !== length) throw new RangeError('unpacked, it is shorter than it says');
  return to;
}

function copyOf(tag: number, from: Cursor): { count: number; back: number } {
  if ((tag & 3) === 1) {
    return { count: 4 + ((tag >>> 2) & 7), back: ((tag >>> 5) << 8) + from.byte() };
  }
  return { count: 1 + (tag >>> 2), back: littleEndian(from, (tag & 3) === 2 ? 2 : 4) };
}

function littleEndian(from: Cursor, bytes: number): number {
  return from.bytes(bytes).readUIntLE(0, bytes);
}
