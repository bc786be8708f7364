import { decodeText, isHalfWritten } from './tidy-text.ts';

const wordProcessor =
  'is a word processor document, not plain text. Fix: save it as plain text (.txt), or use Notepad or TextEdit';

/** The problem of TextEdit's default format. */
export const richTextProblem =
  'is saved as rich text (RTF), not as plain text. Fix: open it in TextEdit, choose Format > Make Plain Text, and save it';

/** Formats other than plain text, by their first bytes (each format's own specification). */
const otherFormats: readonly (readonly [beginning: RegExp, problem: string])[] = [
  [/^\s*\{\\rtf/i, richTextProblem],
  // ZIP (.docx, .odt, .pages), OLE (.doc) and the property list of a web archive.
  [/^PK\p{Cc}\p{Cc}/u, wordProcessor],
  [/^\u00d0\u00cf\p{Cc}\u00e0/u, wordProcessor],
  [/^bplist/, wordProcessor],
  [/^%PDF-/, 'is a PDF, not plain text. Fix: save it as plain text (.txt)'],
  [
    /^\s*(<!doctype|<html|<head|<meta|<body)/i,
    'is a web page (HTML), not plain text. Fix: save it as plain text, with Notepad or TextEdit',
  ],
  [
    /^\s*<[?a-z]/i,
    "is XML, which Blinky can't read. Fix: write it as shown in README.txt on the card",
  ],
];

/** Returns why a file isn't plain text, as a predicate; undefined if it is. */
export function whyNotPlainText(bytes: Uint8Array): string | undefined {
  const beginning = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  const text = decodeText(bytes.subarray(0, 512));
  const other = otherFormats.find(([pattern]) => pattern.test(beginning) || pattern.test(text));
  if (other) return other[1];
  if (isHalfWritten(bytes)) {
    return 'is damaged: it was not written completely. Fix: save it again, and eject the card before you remove it';
  }
  return undefined;
}
