import { isUtf8 } from 'node:buffer';

/** Longer texts are cut, characters: whole events fit, and a line stays one that can be read. */
const mostCharacters = 2000;

/** Characters that can't be seen, or change how others are shown; JSON leaves most of them. */
const unseen = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** The same in text of one byte a character, where all that is not ASCII is unknown. */
const notAscii = /[\x7f-\xff]/g;

/**
 * Text or bytes as they came or go, for a log line: between quotes, of bounded length, with
 * escapes for whatever can't be printed. Bytes that are not UTF-8 are shown as `\\xNN`.
 */
export function excerpt(content: string | Uint8Array, most = mostCharacters): string {
  if (typeof content === 'string') return quoted(content, most, unseen, escapedCharacter);
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return isUtf8(bytes)
    ? quoted(bytes.toString('utf8'), most, unseen, escapedCharacter)
    : quoted(bytes.toString('latin1'), most, notAscii, escapedByte);
}

function quoted(
  text: string,
  most: number,
  unprintable: RegExp,
  escaped: (character: string) => string,
): string {
  const shown = JSON.stringify(text.slice(0, most)).replace(unprintable, escaped);
  return text.length > most ? `${shown}… (${text.length} characters)` : shown;
}

const hexadecimal = (character: string) => (character.codePointAt(0) ?? 0).toString(16);
const escapedCharacter = (character: string) => `\\u{${hexadecimal(character)}}`;
const escapedByte = (character: string) => `\\x${hexadecimal(character)}`;
