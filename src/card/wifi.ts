import type { CardFileName, CardText } from './card-files.ts';
import type { Choice } from './choose-file.ts';
import { fine, hint, type Note, type Step, type Understood, wrong } from './plan.ts';
import {
  keepWifi,
  readStoredWifi,
  type StoredWifi,
  wifiInForce,
  wifiStateFile,
} from './stored-wifi.ts';
import { withWindowsLineEnds } from './tidy-text.ts';
import { severalMeant, unreadFile } from './unread-files.ts';
import {
  mostNetworks,
  readWifiFile,
  type WifiFile,
  type WrittenNetwork,
  withPasswordsStored,
} from './wifi-file.ts';
import { isOpen, type WifiNetwork, wifiNetwork } from './wifi-network.ts';
import { wifiText } from './wifi-text.ts';

const ownName = 'wifi.txt' satisfies CardFileName;

/**
 * Interprets `wifi.txt`, or a file meant for it. Only an explicitly emptied file removes the stored
 * Wi-Fi; one without a recognised network is a problem.
 * @param stored content of `wifi.json`
 */
export function understandWifi(choice: Choice, stored: string | undefined): Understood {
  const before = readStoredWifi(stored);
  const chosen = understandChosen(choice, before, stored);
  if (choice.isAmbiguous) return chosen;
  const unread = choice.unread.map((file) => understandUnread(file, choice.file, before));
  return {
    notes: [...chosen.notes, ...unread.flatMap(({ notes }) => notes)],
    steps: [...chosen.steps, ...unread.flatMap(({ steps }) => steps)],
  };
}

function understandChosen(
  { file, hasOtherName, unread, isAmbiguous }: Choice,
  before: StoredWifi | undefined,
  stored: string | undefined,
): Understood {
  if (isAmbiguous) return keeping(before, [severalMeant(ownName, unread)]);
  if (!file) return { notes: [], steps: wifiInForce(before) };
  if (file.problem !== undefined) {
    return keeping(before, [wrong(`${file.name} ${file.problem}`)]);
  }
  const said = readWifiFile(file.name, file.text);
  if (said.isEmptied) {
    const taken: Step = { place: 'state', file: wifiStateFile, content: undefined };
    return {
      notes: [...said.notes, fine(`${file.name}: no Wi-Fi configured`)],
      steps: [...wifiInForce(undefined), ...(before ? [taken] : [])],
    };
  }
  const { networks, faults } = withKeys(file.name, said, before);
  const notes = [...said.notes, ...faults, ...passwordsGone(file.name, networks, before)];
  const hasFaults = said.hasFaults || faults.length > 0;
  const kept = hasFaults ? staying(before, networks) : [];
  const [first, ...others] = [...networks, ...kept].slice(0, mostNetworks);
  if (!first || networks.length === 0) return keeping(before, notes);

  const now: StoredWifi = { country: countryOf(said, before), networks: [first, ...others] };
  const offCard = takenOffCard(file, said, now, hasOtherName, hasFaults);
  const isOffCard = offCard.steps.length > 0 || !said.networks.some(({ password }) => password);
  const summary = described(file.name, networks, now.country, isOffCard);
  return {
    notes: [...notes, ...summary, ...staysSet(kept), ...offCard.notes],
    // Removed from the card only once it is stored elsewhere.
    steps: [...wifiInForce(now), ...keepWifi(now, stored), ...offCard.steps],
  };
}

/** Changes nothing. */
const keeping = (before: StoredWifi | undefined, notes: readonly Note[]): Understood => ({
  notes: [...notes, ...staysSet(before?.networks ?? [])],
  steps: wifiInForce(before),
});

const staysSet = (networks: readonly WifiNetwork[]): Note[] =>
  networks.map(({ name }) => hint(`the Wi-Fi "${name}" stays configured until this is fixed`));

/** Stored networks that a file with problems does not name: it may mean one of them. */
function staying(
  before: StoredWifi | undefined,
  networks: readonly WifiNetwork[],
): readonly WifiNetwork[] {
  const named = new Set(networks.map(({ name }) => name));
  return (before?.networks ?? []).filter(({ name }) => !named.has(name));
}

function withKeys(
  file: string,
  { networks }: WifiFile,
  before: StoredWifi | undefined,
): { networks: WifiNetwork[]; faults: Note[] } {
  const faults: Note[] = [];
  const withKey = networks.flatMap((written) => {
    const known = storedOne(written, before);
    if (written.password !== undefined) {
      const isKnownWithComment = known !== undefined && known.name === written.nameWithComment;
      return [wifiNetwork(isKnownWithComment ? known.name : written.name, written.password)];
    }
    if (!known) faults.push(wrong(passwordMissing(file, written, networks.length, before)));
    return known ? [known] : [];
  });
  return { networks: withKey, faults };
}

/** Notes on networks that had a password: the mark for it may have been deleted by mistake. */
function passwordsGone(
  file: string,
  networks: readonly WifiNetwork[],
  before: StoredWifi | undefined,
): Note[] {
  const hadOne = (name: string) =>
    before?.networks.some((one) => one.name === name && !isOpen(one));
  return networks
    .filter((network) => isOpen(network) && hadOne(network.name))
    .map(({ name }) =>
      hint(
        `${file}: the Wi-Fi "${name}" had a password before. If it still has one, enter it again`,
      ),
    );
}

/** Also finds names with a #, which earlier versions did not read as a comment. */
const storedOne = ({ name, nameWithComment }: WrittenNetwork, before: StoredWifi | undefined) =>
  before?.networks.find((network) => network.name === (nameWithComment ?? name)) ??
  before?.networks.find((network) => network.name === name);

function passwordMissing(
  file: string,
  { name }: WrittenNetwork,
  count: number,
  before: StoredWifi | undefined,
): string {
  const which = count > 1 ? ` of "${name}"` : '';
  const why = before ? 'the name has changed' : 'no password is stored';
  return `${file}: ${why}. Fix: enter the password${which} again: password=…`;
}

function countryOf(
  { country, layout, isCountryWrong }: WifiFile,
  before: StoredWifi | undefined,
): string | undefined {
  const isSilent = isCountryWrong || layout !== 'lines';
  return country ?? (isSilent ? before?.country : undefined);
}

/** Removes passwords from the card, and converts other files and layouts to `wifi.txt`. */
function takenOffCard(
  file: CardText,
  { networks, passwordLines, layout }: WifiFile,
  now: StoredWifi,
  hasOtherName: boolean,
  hasFaults: boolean,
): Understood {
  const hasPasswords = networks.some(({ password }) => password);
  if (layout === 'lines' && !hasOtherName) {
    const content = withWindowsLineEnds(withPasswordsStored(file.text, passwordLines));
    return { notes: [], steps: hasPasswords ? [{ place: 'card', file: file.name, content }] : [] };
  }
  if (!hasPasswords && !hasOtherName) return { notes: [], steps: [] };
  const content = hasFaults ? undefined : wifiText(now);
  if (content === undefined) {
    const note = hint(`${file.name}: its passwords stay on the card until all problems are fixed`);
    return { notes: hasPasswords ? [note] : [], steps: [] };
  }
  if (!hasOtherName) {
    return {
      notes: [hint(`${file.name} was converted from ${layout} to name= and password= lines`)],
      steps: [{ place: 'card', file: file.name, content }],
    };
  }
  return {
    notes: [hint(`${file.name} was moved to ${ownName}. From now on, make changes there`)],
    steps: [
      { place: 'card', file: ownName, content },
      { place: 'card', file: file.name, content: undefined },
    ],
  };
}

/** Notes on a file that is not read; deletes it if a power cut came right after it was moved. */
function understandUnread(
  file: CardText,
  own: CardText | undefined,
  before: StoredWifi | undefined,
): Understood {
  if (file.problem === undefined && before && isStored(file, before)) {
    const note = hint(`${file.name} was deleted, because its passwords are stored on the Pi`);
    return { notes: [note], steps: [{ place: 'card', file: file.name, content: undefined }] };
  }
  return { notes: [unreadFile(file, ownName, own)], steps: [] };
}

function isStored(file: CardText, before: StoredWifi): boolean {
  const { networks, hasFaults } = readWifiFile(file.name, file.text);
  if (hasFaults || networks.length === 0) return false;
  // Names first: a key takes long to compute.
  if (!networks.every((written) => storedOne(written, before))) return false;
  return networks.every(({ name, password }) => {
    if (password === undefined) return false;
    const one = JSON.stringify(wifiNetwork(name, password));
    return before.networks.some((network) => JSON.stringify(network) === one);
  });
}

function described(
  file: string,
  networks: readonly WifiNetwork[],
  country: string | undefined,
  isOffCard: boolean,
): Note[] {
  const stored = isOffCard
    ? 'password stored on the Pi, removed from the card'
    : 'password stored on the Pi';
  const notes = networks.map((network) => {
    const password = isOpen(network) ? 'no password' : stored;
    return fine(`${file}: Wi-Fi "${network.name}" configured (${password})`);
  });
  if (networks.length > 1) {
    notes.push(hint(`${file}: if several networks are in range, the Pi joins the first one`));
  }
  if (!country) {
    notes.push(
      hint(
        `${file}: no country set, so some Wi-Fi channels are not available. If the Pi doesn't find the Wi-Fi, add your country, such as country=SE`,
      ),
    );
  }
  return notes;
}
