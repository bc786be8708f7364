import { whyNotPlainText } from './plain-text.ts';
import { readSettingLines } from './setting-lines.ts';
import { decodeText } from './tidy-text.ts';

/** A file as it was found on the card. */
export interface CardFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Time of the last change, ms since 1970. */
  readonly modifiedMs: number;
  /** Why it was not read, as a predicate: `is a folder …`. */
  readonly problem?: string;
}

/** Names of the files on the card that Blinky reads. */
export const cardFileNames = [
  'blinky.yaml',
  'wifi.txt',
  'authorized_keys',
  'slack-token.txt',
  'new-password.txt',
] as const;
export type CardFileName = (typeof cardFileNames)[number];

/** A file with its actual name, and its text. */
export interface CardText {
  readonly name: string;
  readonly text: string;
  /** Why the text can't be used, as a predicate: `is damaged …`. */
  readonly problem?: string;
}

/**
 * Finds a file regardless of case, and with a second extension (`wifi.txt.txt`), which Windows hides.
 * Of several, returns the one changed last; an untouched template only if there is no other.
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

/** Returns the text of a file, or why it can't be used. */
export function cardText({ name, bytes, problem }: CardFile): CardText {
  const fault = problem ?? whyNotPlainText(bytes);
  return { name, text: decodeText(bytes), ...(fault !== undefined && { problem: fault }) };
}

/** Whether Blinky reads a file of this name. */
export function mayHaveMeaning(name: string): boolean {
  return cardFileNames.some((wanted) => meantName(name) === meantName(wanted));
}

/** First line of the templates on a new card. They never change: older cards have them, too. */
export const templateBeginnings = {
  'blinky.yaml': '# Settings of Blinky Light.',
  'wifi.txt': '# Wi-Fi of this Pi.',
  authorized_keys: '# SSH is off while there is no key here.',
} as const satisfies Partial<Record<CardFileName, string>>;

/** Whether the file is an unchanged template of the image. */
export function isUntouched({ text, problem }: CardText, wanted: CardFileName): boolean {
  if (problem !== undefined || !(wanted in templateBeginnings)) return false;
  const beginning = templateBeginnings[wanted as keyof typeof templateBeginnings];
  return text.startsWith(beginning) && saysNothing(text, wanted);
}

/** Whether a file has only comments and settings without values. */
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
