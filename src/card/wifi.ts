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
 * What `wifi.txt`, or what is meant for it, means. Only a file that says so takes the stored Wi-Fi
 * away: one in which none is recognised is wrong.
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
      notes: [...said.notes, fine(`${file.name}: no Wi-Fi is set`)],
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
    // Taken off the card only when it is safe elsewhere.
    steps: [...wifiInForce(now), ...keepWifi(now, stored), ...offCard.steps],
  };
}

/** Leaves all as it was. */
const keeping = (before: StoredWifi | undefined, notes: readonly Note[]): Understood => ({
  notes: [...notes, ...staysSet(before?.networks ?? [])],
  steps: wifiInForce(before),
});

const staysSet = (networks: readonly WifiNetwork[]): Note[] =>
  networks.map(({ name }) => hint(`the Wi-Fi "${name}" stays set meanwhile`));

/** The stored ones that a file with faults does not name: one of them may be the one it means. */
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

/** The mark of a stored password may have been deleted by mistake. */
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
        `${file}: the Wi-Fi "${name}" had a password before. If it still has one, write it again`,
      ),
    );
}

/** A # in its name began no comment for earlier versions. */
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
  const why = before ? 'the name is another one' : 'no password is stored';
  return `${file}: ${why}, so write the password${which} again, too: password=…`;
}

function countryOf(
  { country, layout, isCountryWrong }: WifiFile,
  before: StoredWifi | undefined,
): string | undefined {
  const isSilent = isCountryWrong || layout !== 'lines';
  return country ?? (isSilent ? before?.country : undefined);
}

/** Takes the passwords off the card, and what is in another file or layout to where it belongs. */
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
    const note = hint(`${file.name}: its passwords stay on the card until all of it is understood`);
    return { notes: hasPasswords ? [note] : [], steps: [] };
  }
  if (!hasOtherName) {
    return {
      notes: [hint(`${file.name} was written as ${layout}. It now has name= and password= lines`)],
      steps: [{ place: 'card', file: file.name, content }],
    };
  }
  return {
    notes: [hint(`${file.name} was moved into ${ownName}. Change it there from now on`)],
    steps: [
      { place: 'card', file: ownName, content },
      { place: 'card', file: file.name, content: undefined },
    ],
  };
}

/** A file that is not read; where the power failed after it was moved, it goes. */
function understandUnread(
  file: CardText,
  own: CardText | undefined,
  before: StoredWifi | undefined,
): Understood {
  if (file.problem === undefined && before && isStored(file, before)) {
    const note = hint(`${file.name} was deleted, because the passwords in it are stored`);
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
    ? 'its password is stored, and not on the card'
    : 'its password is stored';
  const notes = networks.map((network) => {
    const password = isOpen(network) ? 'it has no password' : stored;
    return fine(`${file}: the Wi-Fi "${network.name}" is set; ${password}`);
  });
  if (networks.length > 1) {
    notes.push(hint(`${file}: where several of them are in reach, the first one is joined`));
  }
  if (!country) {
    notes.push(
      hint(
        `${file}: no country is set, so some channels can't be used. If the Wi-Fi is not found, write country=SE (the two letters of yours)`,
      ),
    );
  }
  return notes;
}
