import { type CardFileName, type CardText, isUntouched, saysNothing } from './card-files.ts';

/** The file that is used, of one with the right name and others that may be meant for it. */
export interface Choice {
  readonly file?: CardText;
  /** Whether the file is used although it has another name. */
  readonly hasOtherName: boolean;
  /** Files that may be meant but are not read. */
  readonly unread: readonly CardText[];
  /** Whether it is unclear which of `unread` is meant. */
  readonly isAmbiguous: boolean;
}

/**
 * Chooses a file with another name if it is the only one with content, and the one with the right
 * name is missing or unchanged.
 */
export function chooseFile(
  wanted: CardFileName,
  own: CardText | undefined,
  others: readonly CardText[],
): Choice {
  const filled = others.filter(
    ({ text, problem }) => problem !== undefined || !saysNothing(text, wanted),
  );
  const readable = filled.filter(({ problem }) => problem === undefined);
  // An unrelated file with such a name must not disable the settings.
  const hasOnlyReadable = readable.length > 0 || wanted === 'blinky.yaml';
  const candidates = hasOnlyReadable ? readable : filled;
  const [only, ...further] = leavesItToOthers(own, wanted) ? candidates : [];
  if (only && further.length === 0) {
    const unread = filled.filter((file) => file !== only);
    return { file: only, hasOtherName: true, unread, isAmbiguous: false };
  }
  const isAmbiguous = further.length > 0;
  return { ...(own && { file: own }), hasOtherName: false, unread: filled, isAmbiguous };
}

function leavesItToOthers(own: CardText | undefined, wanted: CardFileName): boolean {
  if (!own || isUntouched(own, wanted)) return true;
  if (own.problem !== undefined) return false;
  // An empty authorized_keys switches SSH off; the other files, if empty, set nothing.
  if (wanted === 'authorized_keys') return false;
  return wanted === 'wifi.txt' ? !/^[^\S\n]*[^#\s]/m.test(own.text) : saysNothing(own.text, wanted);
}
