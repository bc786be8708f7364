import { Cursor } from './cursor.ts';

/** Larger than any block; a damaged length must not use up the memory. */
const longest = 64 * 1024 * 1024;

/**
 * Decompresses Snappy's raw format (format_description.txt), in which LevelDB compresses blocks.
 * Throws RangeError for invalid data.
 */
export function unpackSnappy(packed: Buffer): Buffer {
  const from = new Cursor(packed);
  const length = from.varint();
  if (length > longest) throw new RangeError('decompressed length too large');
  const to = Buffer.alloc(length);
  let end = 0;
  const room = (count: number) => {
    if (end + count > length) throw new RangeError('more data than its length says');
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
    if (back === 0 || back > end) throw new RangeError('copy offset out of range');
    // Byte by byte: the source may overlap the destination.
    for (let index = 0; index < count; index += 1, end += 1) to[end] = to[end - back] as number;
  }
  if (end !== length) throw new RangeError('less data than its length says');
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
