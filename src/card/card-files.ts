import { whyNotPlainText } from './plain-text.ts';
import { readSettingLines } from './setting-lines.ts';
import { decodeText } from './tidy-text.ts';

/** A file as it was found on the card. */
export interface CardFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** When it was changed last, ms since 1970. */
  readonly modifiedMs: number;
  /** Why it was not read, as the rest of a sentence about it. */
  readonly problem?: string;
}

/** The files on the card that have a meaning, by the name they should have. */
export const cardFileNames = [
  'blinky.yaml',
  'wifi.txt',
  'authorized_keys',
  'slack-token.txt',
  'new-password.txt',
] as const;
export type CardFileName = (typeof cardFileNames)[number];

/** A file under its real name, and its text. */
export interface CardText {
  readonly name: string;
  readonly text: string;
  /** Why the text is of no use, as the rest of a sentence about the file. */
  readonly problem?: string;
}

/**
 * Finds a file whatever its case, and with a second ending (`wifi.txt.txt`), as Windows hides it.
 * Of several, the one that was changed last; one that is as it came only where there is no other.
 */
export function findCardFile(
  files: readonly CardFile[],
  wanted: CardFileName,
): { file?: CardText; passedOver: readonly string[] } {
  const [found, ...others] = files
    .filter(({ name }) => meantName(name) === meantName(wanted))
    .map((file) => ({ file: cardText(file), modifiedMs: file.modifiedMs }))
    .sort(
      (one, other) =>
        usefulness(other.file, wanted) - usefulness(one.file, wanted) ||
        other.modifiedMs - one.modifiedMs,
    );
  if (!found) return { passedOver: [] };
  return {
    file: found.file,
    passedOver: others
      .filter(({ file }) => !isUntouched(file, wanted))
      .map(({ file: { name } }) => name),
  };
}

/** The text of a file, or why it has none. */
export function cardText({ name, bytes, problem }: CardFile): CardText {
  const fault = problem ?? whyNotPlainText(bytes);
  return { name, text: decodeText(bytes), ...(fault !== undefined && { problem: fault }) };
}

/** Whether a file of this name may have a meaning. */
export function mayHaveMeaning(name: string): boolean {
  return cardFileNames.some((wanted) => meantName(name) === meantName(wanted));
}

/** The words with which the files of a new card begin; none of the others is there. */
export const templateBeginnings = {
  'blinky.yaml': '# Settings of Blinky Light.',
  'wifi.txt': '# Wi-Fi of this Pi.',
  authorized_keys: '# SSH is off while there is no key here.',
} as const satisfies Partial<Record<CardFileName, string>>;

/** Whether nobody has written anything into the file that the image came with. */
export function isUntouched({ text, problem }: CardText, wanted: CardFileName): boolean {
  if (problem !== undefined || !(wanted in templateBeginnings)) return false;
  const beginning = templateBeginnings[wanted as keyof typeof templateBeginnings];
  return text.startsWith(beginning) && saysNothing(text, wanted);
}

/** Whether a file has no more than comments, and settings with nothing behind them. */
export function saysNothing(text: string, wanted: CardFileName): boolean {
  if (wanted === 'wifi.txt') {
    const { settings, strange } = readSettingLines(text);
    return strange.length === 0 && settings.every(({ written }) => written === '');
  }
  const nothing = wanted === 'blinky.yaml' ? /^\s*(#.*|---|Butler:\s*(#.*)?)?$/ : /^\s*(#.*)?$/;
  return text.split('\n').every((line) => nothing.test(line));
}

function usefulness(file: CardText, wanted: CardFileName): number {
  if (isUntouched(file, wanted)) return 0;
  return file.problem === undefined ? 2 : 1;
}

function meantName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/(\.txt)+$/, '')
    .replace(/(\.ya?ml)+$/, '.yaml');
}
