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

/** So many bytes tell how the text is encoded, whatever the names in it are. */
const sampleLength = 64;
const fewestBytes = 16;

/**
 * Whether bytes are text of UTF-16 or UTF-32, with or without a byte order mark: log4net's
 * encodings `unicode`, `utf-16BE` and `utf-32`. Prefixes, commands and separators are ASCII, of which
 * each pair of bytes has one that is zero, always the same one.
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
 * What must not pass on: control characters (C0, C1, DEL), line and paragraph separators, and the
 * marks that reverse the direction of text (Unicode 16, section 23.2) and so could disguise a name.
 */
const unsafe = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
/** The same for a look that nearly always finds none; without `u` it takes half the time. */
const anyUnsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
/** log4net's word for a property that is not set. */
const notSet = '(null)';

/** The same text with a space for whatever must not pass on. */
export function withoutUnsafe(text: string): string {
  return anyUnsafe.test(text) ? text.replace(unsafe, ' ') : text;
}

/** One field, safe to show anywhere: no unsafe characters, trimmed, at most `limit` characters. */
export function cleanField(field: string, limit: number): string {
  return fit(withoutUnsafe(field), limit);
}

/** The same as `fit`, and empty for what log4net writes when there is nothing. */
export function fieldValue(text: string, limit: number): string {
  const value = fit(text, limit);
  return value.startsWith('(') && value.toLowerCase() === notSet ? '' : value;
}

/** Trimmed, at most `limit` characters of text that has no unsafe ones. */
export function fit(text: string, limit: number): string {
  const trimmed = text.trim();
  if (trimmed.length <= limit) return trimmed;
  // A pair of surrogates cut in two would be no text at all.
  const splitsPair = /[\ud800-\udbff]/.test(trimmed.charAt(limit - 1));
  return trimmed.slice(0, splitsPair ? limit - 1 : limit);
}
