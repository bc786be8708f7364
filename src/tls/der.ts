/**
 * Distinguished Encoding Rules (ITU-T X.690), as far as certificates need them: tag, length,
 * content.
 */
function encode(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const short = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([0x80 | short.length]), short]);
}

/** The content of the first element of `bytes`, and the bytes after it. */
export function contentOf(bytes: Buffer): { readonly content: Buffer; readonly rest: Buffer } {
  const first = bytes[1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const begin = 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  return { content: bytes.subarray(begin, begin + length), rest: bytes.subarray(begin + length) };
}

/** A base-128 number with the top bit set on all bytes but the last (X.690, section 8.19.2). */
function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

export const der = {
  sequence: (...parts: readonly Buffer[]) => encode(0x30, ...parts),
  set: (...parts: readonly Buffer[]) => encode(0x31, ...parts),
  /** @param bytes big-endian, the first below 0x80 */
  integer: (bytes: Buffer) => encode(0x02, bytes),
  boolean: (value: boolean) => encode(0x01, Buffer.from([value ? 0xff : 0])),
  octets: (content: Buffer) => encode(0x04, content),
  bits: (content: Buffer, unusedBits = 0) => encode(0x03, Buffer.from([unusedBits]), content),
  text: (value: string) => encode(0x0c, Buffer.from(value)),
  oid: (dotted: string) => {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
    return encode(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
  /** As RFC 5280, section 4.1.2.5, requires: a two-digit year until 2049. */
  time: (date: Date) => {
    const digits = `${date.toISOString().replace(/\.\d+|[-:T]/g, '')}`;
    return date.getUTCFullYear() < 2050
      ? encode(0x17, Buffer.from(digits.slice(2)))
      : encode(0x18, Buffer.from(digits));
  },
  /** A field with a number instead of its type. */
  tagged: (number: number, content: Buffer) => encode(0x80 | number, content),
  /** The same, around a field that keeps its type. */
  explicit: (number: number, content: Buffer) => encode(0xa0 | number, content),
};
