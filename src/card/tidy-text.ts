import { decode } from '../ingest/text.ts';

/**
 * Decodes a file saved by any editor: UTF-8 or UTF-16 with or without a byte order mark, otherwise
 * windows-1252; any line ends. Removes invisible characters, and ends with one line end.
 */
export function decodeText(bytes: Uint8Array): string {
  return readCharacters(bytes)
    .replace(/\r\n?/g, '\n')
    .replace(invisible, '')
    .replace(unusualBlanks, ' ')
    .replace(/(?<!^)\n*$/, '\n');
}

/** Soft hyphens, zero-width characters, direction marks, byte order marks; controls but tab and LF. */
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|(?![\t\n])\p{Cc}/gu;
/** No-break and typographic spaces. */
const unusualBlanks = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;

function readCharacters(bytes: Uint8Array): string {
  const encoding = utf16Of(bytes);
  return encoding ? new TextDecoder(encoding).decode(bytes) : decode(bytes);
}

function utf16Of([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // Plain text starts with an ASCII character, so one of its two bytes is zero.
  if (second === 0 && first !== 0) return 'utf-16le';
  if (first === 0 && second !== undefined && second !== 0) return 'utf-16be';
  return undefined;
}

/** Whether text is incomplete: it contains zeros, or ends within a character. */
export function isHalfWritten(bytes: Uint8Array): boolean {
  const encoding = utf16Of(bytes);
  if (!encoding) return bytes.includes(0);
  return bytes.length % 2 === 1 || new TextDecoder(encoding).decode(bytes).includes('\0');
}

/** Replaces the quotes of word processors with straight ones. */
export function straightQuotes(text: string): string {
  return text.replace(/[“”„‟«»＂]/g, '"').replace(/[‘’‚‛‹›＇]/g, "'");
}

/** Removes quotes around a value, straight or curly. */
export function unquoted(value: string): string {
  const trimmed = value.trim();
  const straight = straightQuotes(trimmed);
  const isQuoted = trimmed.length >= 2 && /^(["']).*\1$/su.test(straight);
  return isQuoted ? trimmed.slice(1, -1) : trimmed;
}

/** Converts line ends for old Windows editors. */
export const withWindowsLineEnds = (text: string): string => text.replace(/\r?\n/g, '\r\n');
