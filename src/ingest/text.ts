import { isUtf8 } from 'node:buffer';
import { decodeWindows1252 } from '../platform/windows-1252.ts';

/**
 * Decodes a whole file or datagram: UTF-8, otherwise windows-1252.
 * A byte order mark and trailing CR, LF and NUL are dropped.
 */
export function decode(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? withoutMarkAndTrailers(decodeWindows1252(bufferOf(bytes)));
}

/** The same for UTF-8 only; undefined if the bytes aren't UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? withoutMarkAndTrailers(bufferOf(bytes).toString('utf8')) : undefined;
}

/** Removes a byte order mark, and CR, LF and NUL at the end. */
export function withoutMarkAndTrailers(text: string): string {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let end = text.length;
  while (end > start && isTrailer(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Returns the same bytes as a Buffer, without copying. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isTrailer(code: number): boolean {
  return code === 0x0d || code === 0x0a || code === 0x00;
}

/** Bytes that are enough to detect the encoding, whatever names the text contains. */
const sampleLength = 64;
const fewestBytes = 16;

/**
 * Returns whether bytes are UTF-16 or UTF-32, with or without a byte order mark: log4net's encodings
 * `unicode`, `utf-16BE` and `utf-32`. Prefixes, commands and separators are ASCII, so one byte of
 * each pair is zero, always the same one.
 */
export function isWideEncoding(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const length = Math.min(bytes.length, sampleLength) & ~1;
  if (length < fewestBytes) return false;
  let zeroSecond = 0;
  let zeroFirst = 0;
  for (let index = 0; index < length; index += 2) {
    if (bytes[index + 1] === 0 && isPrintable(bytes[index])) zeroSecond += 1;
    if (bytes[index] === 0 && isPrintable(bytes[index + 1])) zeroFirst += 1;
  }
  const half = length / 4;
  return (zeroSecond >= half && zeroFirst === 0) || (zeroFirst >= half && zeroSecond === 0);
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f;
}

/**
 * What must not be passed on: control characters (C0, C1, DEL), line and paragraph separators, and
 * the marks that change the direction of text (Unicode 16, section 23.2) and could disguise a name.
 */
const unsafe = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
/** The same as a quick test, which nearly always finds none; without `u` it takes half the time. */
const anyUnsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
/** What log4net writes for a property that isn't set. */
const notSet = '(null)';

/** Returns the text with a space in place of unsafe characters. */
export function withoutUnsafe(text: string): string {
  return anyUnsafe.test(text) ? text.replace(unsafe, ' ') : text;
}

/** Cleans one field so that it can be shown anywhere, and cuts it to at most `limit` characters. */
export function cleanField(field: string, limit: number): string {
  return fit(withoutUnsafe(field), limit);
}

/** Like `fit`, but empty for a property that isn't set. */
export function fieldValue(text: string, limit: number): string {
  const value = fit(text, limit);
  return value.startsWith('(') && value.toLowerCase() === notSet ? '' : value;
}

/** Trims text without unsafe characters and cuts it to at most `limit` characters. */
export function fit(text: string, limit: number): string {
  const trimmed = text.trim();
  if (trimmed.length <= limit) return trimmed;
  // A surrogate pair cut in two wouldn't be valid text.
  const splitsPair = /[\ud800-\udbff]/.test(trimmed.charAt(limit - 1));
  return trimmed.slice(0, splitsPair ? limit - 1 : limit);
}
