import { isUtf8 } from 'node:buffer';

/** Longer texts are cut, characters: whole events fit, and a line stays one that can be read. */
const mostCharacters = 2000;

/** Characters that can't be seen, or change how others are shown. */
const unseen = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** The same in text of one byte a character, where all that is not ASCII is unknown. */
const notAscii = /[^\x20-\x7e]/g;

/**
 * Text or bytes as they came or go, for the end of a log line: of bounded length, with escapes for
 * whatever can't be printed. Bytes that are not UTF-8 are shown as `\xNN`.
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

/** As JSON writes control characters: `\n`, `\u0000`. */
const escapedControl = (character: string) => JSON.stringify(character).slice(1, -1);
const hexadecimal = (character: string) => (character.codePointAt(0) ?? 0).toString(16);

const escapedCharacter = (character: string) =>
  character < ' ' ? escapedControl(character) : `\\u{${hexadecimal(character)}}`;

const escapedByte = (character: string) =>
  character < ' ' ? escapedControl(character) : `\\x${hexadecimal(character)}`;
