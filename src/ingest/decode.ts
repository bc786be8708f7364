import { isUtf8 } from 'node:buffer';

/**
 * Bytes 0x80 to 0x9F of windows-1252 (Encoding Standard, index-windows-1252); all others are as in
 * ISO 8859-1. Node 20's own decoder of that name reads these too as ISO 8859-1, which has only
 * control characters there.
 */
const windows1252Extras = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Text of a file or a datagram as a whole: UTF-8, else windows-1252.
 * A byte order mark and trailing CR, LF and NUL are dropped.
 */
export function decode(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? withoutMarkAndTrailers(decodeWindows1252(bufferOf(bytes)));
}

/** The same of bytes that are UTF-8; undefined for all others. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? withoutMarkAndTrailers(bufferOf(bytes).toString('utf8')) : undefined;
}

/** Without a byte order mark, and without the CR, LF and NUL at the end. */
export function withoutMarkAndTrailers(text: string): string {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let end = text.length;
  while (end > start && isTrailer(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

export function decodeWindows1252(buffer: Buffer): string {
  return buffer
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (byte) => windows1252Extras.charAt(byte.charCodeAt(0) - 0x80));
}

/** The same bytes as a Buffer, not copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isTrailer(code: number): boolean {
  return code === 0x0d || code === 0x0a || code === 0x00;
}
