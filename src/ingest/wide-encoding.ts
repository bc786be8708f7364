/** So many bytes tell how the text is encoded; commands and prefixes are ASCII. */
const sampleLength = 64;

/**
 * Whether bytes are text of UTF-16 or UTF-32, with or without a byte order mark: log4net's
 * encodings `unicode`, `utf-16BE` and `utf-32`.
 */
export function isWideEncoding(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const length = Math.min(bytes.length, sampleLength) & ~3;
  if (length < 16) return false;
  const zeros: [number, number, number, number] = [0, 0, 0, 0];
  for (let index = 0; index < length; index += 1) {
    if (bytes[index] === 0) zeros[(index & 3) as 0 | 1 | 2 | 3] += 1;
  }
  const [z0, z1, z2, z3] = zeros;
  const quarter = length / 4;
  // Of each pair of bytes one is zero for ASCII, and the other never.
  const isUtf16 = (always: number, never: number) => never === 0 && always >= quarter;
  if (isUtf16(z1 + z3, z0 + z2) || isUtf16(z0 + z2, z1 + z3)) return true;
  const isUtf32 = (sometimes: number, middle: number, high: number) =>
    middle >= quarter / 2 && high === quarter && sometimes < quarter / 2;
  return isUtf32(z0, Math.min(z1, z2), z3) || isUtf32(z3, Math.min(z1, z2), z0);
}
