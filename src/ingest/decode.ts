import { isUtf8 } from 'node:buffer';
import { decodeWindows1252 } from '../windows-1252.ts';

/**
 * Text of a datagram. Appender files since Butler 5 send UTF-8; older ones send the Windows code
 * page of the Sense server, so bytes that are no UTF-8 are read as windows-1252.
 * A byte order mark and trailing CR, LF and NUL are dropped.
 */
export function decode(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = isUtf8(bytes) ? buffer.toString('utf8') : decodeWindows1252(buffer);
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let end = text.length;
  while (end > start && isTrailer(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isTrailer(code: number): boolean {
  return code === 0x0d || code === 0x0a || code === 0x00;
}
