import { decodeText } from './tidy-text.ts';

/** A file as it was found on the card. */
export interface CardFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** When it was changed last, ms since 1970. */
  readonly modifiedMs: number;
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
}

/**
 * Finds a file whatever its case, and with the second ending that Windows hides (`wifi.txt.txt`).
 * Of several, the one that was changed last.
 */
export function findCardFile(
  files: readonly CardFile[],
  wanted: CardFileName,
): { file?: CardText; passedOver: readonly string[] } {
  const [found, ...others] = files
    .filter(({ name }) => meantName(name) === meantName(wanted))
    .sort((one, other) => other.modifiedMs - one.modifiedMs);
  if (!found) return { passedOver: [] };
  return {
    file: { name: found.name, text: decodeText(found.bytes) },
    passedOver: others.map(({ name }) => name),
  };
}

/** Whether a file of this name may have a meaning. */
export function mayHaveMeaning(name: string): boolean {
  return cardFileNames.some((wanted) => meantName(name) === meantName(wanted));
}

function meantName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/(\.txt)+$/, '')
    .replace(/\.yml$/, '.yaml');
}
