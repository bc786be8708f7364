import { isUtf8 } from 'node:buffer';

/** Longer texts are cut, characters: complete events fit, and log lines stay readable. */
const mostCharacters = 2000;

/** Characters that are invisible, or change how others are displayed. */
const unseen = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** The same for text with one byte per character, where anything outside ASCII is unknown. */
const notAscii = /[^\x20-\x7e]/g;

/**
 * Received or sent text or bytes, for the end of a log line: of bounded length, with escapes for
 * what can't be printed. Bytes that are not UTF-8 are shown as `\xNN`.
 */
export function excerpt(content: string | Uint8Array): string {
  if (content.length === 0) return '(empty)';
  if (typeof content === 'string') return shown(content, unseen, escapedCharacter);
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return isUtf8(bytes)
    ? shown(bytes.toString('utf8'), unseen, escapedCharacter)
    : shown(bytes.toString('latin1'), notAscii, escapedByte);
}

function shown(text: string, unprintable: RegExp, escaped: (character: string) => string): string {
  const start = text.slice(0, mostCharacters).replace(unprintable, escaped);
  return text.length > mostCharacters ? `${start}… (${text.length} characters)` : start;
}

/**
 * As JSON escapes control characters: `
 * `, `\u0000`.
 */
const escapedControl = (character: string) => JSON.stringify(character).slice(1, -1);
const hexadecimal = (character: string) => (character.codePointAt(0) ?? 0).toString(16);

const escapedCharacter = (character: string) =>
  character < ' ' ? escapedControl(character) : `\\u{${hexadecimal(character)}}`;

const escapedByte = (character: string) =>
  character < ' ' ? escapedControl(character) : `\\x${hexadecimal(character)}`;
