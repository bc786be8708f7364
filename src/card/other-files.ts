import {
  type CardFile,
  type CardFileName,
  type CardText,
  cardText,
  mayHaveMeaning,
} from './card-files.ts';
import { otherName, otherSystemsFile } from './other-names.ts';
import { hint, type Note, wrong } from './plan.ts';
import { namesSlackToken } from './slack-token.ts';
import { hasPrivateKey, keysIn } from './ssh-keys.ts';
import { namesWifi } from './wifi-file.ts';

/** Files with other names that are related to this program. */
export interface OtherFiles {
  /** Returns the files that may be meant for this one. */
  meantFor(name: CardFileName): readonly CardText[];
  /** Returns notes on the files that are meant for none. */
  notes(hasKeys: boolean): readonly Note[];
}

/** Sorts files with other names by their purpose. */
export function sortOtherFiles(files: readonly CardFile[]): OtherFiles {
  const meant: { wanted: CardFileName; file: CardText }[] = [];
  const always: Note[] = [];
  const withoutKeys: Note[] = [];
  for (const one of files) {
    const about = mayHaveMeaning(one.name) ? undefined : otherName(one.name);
    if (!about) continue;
    const file = cardText(one);
    const wanted = about.meantFor ?? (keysIn(file).length > 0 ? 'authorized_keys' : undefined);
    if (hasPrivateKey(file)) always.push(privateKey(file.name));
    else if (!wanted) {
      const isAboutSsh = /^(ssh|userconf)/i.test(file.name);
      (isAboutSsh ? withoutKeys : always).push(otherSystemsFile(file.name, about.advice ?? ''));
    } else if (isMeant(file, wanted, about.isVague)) meant.push({ wanted, file });
    else if (!about.isGuess) always.push(nothingFor(wanted, file.name));
  }
  return {
    meantFor: (name) => meant.filter(({ wanted }) => wanted === name).map(({ file }) => file),
    notes: (hasKeys) => [...always, ...(hasKeys ? [] : withoutKeys)],
  };
}

/** Whether a file's content matches its name, where the name alone is not enough. */
function isMeant(file: CardText, wanted: CardFileName, isVague = false): boolean {
  if (file.problem !== undefined) return !isVague;
  if (wanted === 'blinky.yaml') return /^[^\S\n]*["']?Butler["']?[^\S\n]*:/m.test(file.text);
  if (wanted === 'slack-token.txt') return namesSlackToken(file.text);
  if (!isVague) return true;
  return wanted === 'wifi.txt' ? namesWifi(file.text) : keysIn(file).length > 0;
}

const privateKey = (name: string): Note =>
  wrong(
    `${name} is a private key, which must never leave your computer. Fix: delete it from the card, create a new key pair, and copy the file that ends with .pub here as authorized_keys`,
  );

const nothingFor = (wanted: CardFileName, name: string): Note =>
  hint(`${name} is ignored: it has nothing for ${wanted}`);
