import { type CardFileName, type CardText, isUntouched, saysNothing } from './card-files.ts';

/** What counts of a file under its own name, and of those that may be meant for it. */
export interface Choice {
  readonly file?: CardText;
  /** Whether the file counts although it has another name. */
  readonly hasOtherName: boolean;
  /** Files that may be meant and are not read. */
  readonly unread: readonly CardText[];
  /** Whether nobody can say which of `unread` is meant. */
  readonly isAmbiguous: boolean;
}

/**
 * A file under another name counts where it is the only one that says something: where nobody has
 * written into the file under its own name.
 */
export function chooseFile(
  wanted: CardFileName,
  own: CardText | undefined,
  others: readonly CardText[],
): Choice {
  const speaking = others.filter(
    ({ text, problem }) => problem !== undefined || !saysNothing(text, wanted),
  );
  const readable = speaking.filter(({ problem }) => problem === undefined);
  // Something else of that name must not put the settings out of force.
  const hasOnlyReadable = readable.length > 0 || wanted === 'blinky.yaml';
  const candidates = hasOnlyReadable ? readable : speaking;
  const [only, ...further] = leavesItToOthers(own, wanted) ? candidates : [];
  if (only && further.length === 0) {
    const unread = speaking.filter((file) => file !== only);
    return { file: only, hasOtherName: true, unread, isAmbiguous: false };
  }
  const isAmbiguous = further.length > 0;
  return { ...(own && { file: own }), hasOtherName: false, unread: speaking, isAmbiguous };
}

function leavesItToOthers(own: CardText | undefined, wanted: CardFileName): boolean {
  if (!own || isUntouched(own, wanted)) return true;
  if (own.problem !== undefined) return false;
  // An empty file switches SSH off; a file without settings says nothing about Wi-Fi or token.
  if (wanted === 'authorized_keys') return false;
  return wanted === 'wifi.txt' ? !/^[^\S\n]*[^#\s]/m.test(own.text) : saysNothing(own.text, wanted);
}
