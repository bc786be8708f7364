import { isUtf8 } from 'node:buffer';
import { decodeWindows1252 } from '../platform/windows-1252.ts';
import { bufferOf, withoutMarkAndTrailers } from './text.ts';

export interface DecodedFields {
  readonly text: string;
  /** A field wasn't UTF-8, so it was read as windows-1252, which may be wrong. */
  readonly usedCodePage: boolean;
}

interface Field {
  readonly start: number;
  readonly end: number;
  readonly endsLine: boolean;
  readonly isMessage: boolean;
}

const semicolon = 0x3b;
/** Number of semicolons before the message, in a line that starts with a prefix. */
const semicolonsBeforeMessage = 7;
/** Fields beyond ASCII that are decoded separately; any further ones are decoded as one field. */
const mostFields = 100;

/**
 * Decodes a datagram that is not UTF-8 as a whole. Each field is decoded separately: appender files
 * since Butler 5 send UTF-8, older ones the Windows code page of the Sense server, and a relay may
 * cut the last character in two. Such a character is dropped and doesn't affect the rest.
 */
export function decodeFields(bytes: Uint8Array): DecodedFields {
  const buffer = bufferOf(bytes);
  const fields = fieldsBeyondAscii(buffer);
  const hasUtf8 = fields.some(({ start, end }) => isUtf8(buffer.subarray(start, end)));
  let text = '';
  let done = 0;
  let usedCodePage = false;
  for (const field of fields) {
    const own = buffer.subarray(field.start, field.end);
    const whole = ownWithoutCutCharacter(own, field, hasUtf8);
    text += buffer.subarray(done, field.start).toString('latin1');
    text += whole ? whole.toString('utf8') : decodeWindows1252(own);
    usedCodePage ||= whole === undefined;
    done = field.end;
  }
  text += buffer.subarray(done).toString('latin1');
  return { text: withoutMarkAndTrailers(text), usedCodePage };
}

/** Returns the bytes of a field that are UTF-8; undefined if the field isn't UTF-8. */
function ownWithoutCutCharacter(own: Buffer, field: Field, hasUtf8: boolean): Buffer | undefined {
  if (isUtf8(own)) return own;
  const cut = cutCharacterLength(own);
  if (cut === 0 || !field.endsLine) return undefined;
  const rest = own.subarray(0, own.length - cut);
  if (!isUtf8(rest)) return undefined;
  // A single byte may also be the last letter of a name such as "André" in windows-1252.
  const isSurelyUtf8 = cut > 1 || hasUtf8 || field.isMessage || !isAscii(rest);
  return isSurelyUtf8 ? rest : undefined;
}

/** Returns the fields with bytes beyond ASCII, in order. */
function fieldsBeyondAscii(buffer: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let start = 0;
  let lineStart = 0;
  let semicolons = 0;
  let isPlain = true;
  for (let index = 0; index <= buffer.length; index += 1) {
    const byte = buffer[index];
    const endsLine = byte === undefined || byte === 0x0d || byte === 0x0a || byte === 0x00;
    if (!endsLine && byte !== semicolon) {
      if (byte >= 0x80) isPlain = false;
      continue;
    }
    if (!isPlain) {
      const isMessage = semicolons >= semicolonsBeforeMessage && buffer[lineStart] === 0x2f;
      const isRest = fields.length === mostFields - 1;
      const end = isRest ? buffer.length : index;
      fields.push({ start, end, endsLine: endsLine || isRest, isMessage });
      if (isRest) break;
    }
    start = index + 1;
    isPlain = true;
    semicolons = endsLine ? 0 : semicolons + 1;
    if (endsLine) lineStart = start;
  }
  return fields;
}

/** Returns how many bytes at the end are the start of an incomplete UTF-8 character. */
function cutCharacterLength(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length += 1) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (byte >= 0x80 && byte < 0xc0) continue;
    return length < sequenceLength(byte) ? length : 0;
  }
  return 0;
}

/** Length of the sequence that a byte starts (Unicode 16, table 3-7); 0 if it starts none. */
function sequenceLength(firstByte: number): number {
  if (firstByte >= 0xc2 && firstByte < 0xe0) return 2;
  if (firstByte >= 0xe0 && firstByte < 0xf0) return 3;
  return firstByte >= 0xf0 && firstByte < 0xf5 ? 4 : 0;
}

function isAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80);
}
