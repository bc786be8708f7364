import { isUtf8 } from 'node:buffer';
import { decodeWindows1252 } from '../platform/windows-1252.ts';

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

/** The same bytes as a Buffer, not copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isTrailer(code: number): boolean {
  return code === 0x0d || code === 0x0a || code === 0x00;
}
