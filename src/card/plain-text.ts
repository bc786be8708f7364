import { decodeText, isHalfWritten } from './tidy-text.ts';

const wordProcessor =
  'is a document of a word processor, not plain text. Fix: save it as plain text (.txt), or write it with Notepad or TextEdit';

/** The problem of what TextEdit saves by default. */
export const richTextProblem =
  'is saved as rich text (RTF), not as plain text. Fix: open it in TextEdit, choose Format > Make Plain Text, and save it again';

/** Files that are no plain text, by how they begin (each format's own specification). */
const otherFormats: readonly (readonly [beginning: RegExp, problem: string])[] = [
  [/^\s*\{\\rtf/i, richTextProblem],
  // ZIP (.docx, .odt, .pages), OLE (.doc) and the property list of a web archive.
  [/^PK\p{Cc}\p{Cc}/u, wordProcessor],
  [/^\u00d0\u00cf\p{Cc}\u00e0/u, wordProcessor],
  [/^bplist/, wordProcessor],
  [/^%PDF-/, 'is a PDF, not plain text. Fix: write it as plain text (.txt)'],
  [
    /^\s*(<!doctype|<html|<head|<meta|<body)/i,
    'is a web page (HTML), not plain text. Fix: write it as plain text, with Notepad or TextEdit',
  ],
  [
    /^\s*<[?a-z]/i,
    'is XML, which is not understood here. Fix: write it as README.txt on the card shows',
  ],
];

/** Why a file can't be read as plain text, as the rest of a sentence about it; undefined: it can. */
export function whyNotPlainText(bytes: Uint8Array): string | undefined {
  const beginning = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  const text = decodeText(bytes.subarray(0, 512));
  const other = otherFormats.find(([pattern]) => pattern.test(beginning) || pattern.test(text));
  if (other) return other[1];
  if (isHalfWritten(bytes)) {
    return 'is damaged: it was not written completely. Fix: write it again, and eject the card before you take it out';
  }
  return undefined;
}
