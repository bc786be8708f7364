/** Reads LevelDB's numbers and strings in sequence; throws RangeError past the end. */
export class Cursor {
  readonly #bytes: Buffer;
  readonly #end: number;
  offset: number;

  constructor(bytes: Buffer, offset = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.offset = offset;
    this.#end = end;
  }

  get atEnd(): boolean {
    return this.offset >= this.#end;
  }

  byte(): number {
    return this.bytes(1).readUInt8();
  }

  /** A whole number in seven bits per byte, the lowest first. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('number too long');
  }

  fixed32(): number {
    return this.bytes(4).readUInt32LE();
  }

  /** Exact up to 2^53; sequence numbers have 56 bits, but increase by one per write. */
  fixed64(): number {
    const low = this.fixed32();
    return low + this.fixed32() * 2 ** 32;
  }

  /** The next `count` bytes, not copied. */
  bytes(count: number): Buffer {
    const start = this.offset;
    if (start + count > this.#end) throw new RangeError('unexpected end');
    this.offset = start + count;
    return this.#bytes.subarray(start, this.offset);
  }

  /** A string, preceded by its length. */
  string(): Buffer {
    return this.bytes(this.varint());
  }
}
