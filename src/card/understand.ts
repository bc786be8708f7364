import {
  acceptedConfigFile,
  configurationInForce,
  understandConfiguration,
} from './card-configuration.ts';
import { type CardFile, type CardFileName, cardFileNames, findCardFile } from './card-files.ts';
import { passwordHashFile, understandSignIn } from './card-sign-in.ts';
import { type Choice, chooseFile } from './choose-file.ts';
import { issueFile, issueText } from './console.ts';
import { keepForNextStart } from './last-settings.ts';
import { sortOtherFiles } from './other-files.ts';
import { hint, modes, type Note, type Step, type Understood } from './plan.ts';
import { slackTokenFile, understandSlackToken } from './slack-token.ts';
import { sshKeysFile, understandSshKeys } from './ssh-keys.ts';
import { wifiStateFile } from './stored-wifi.ts';
import { severalMeant, unreadFile } from './unread-files.ts';
import { understandWifi } from './wifi.ts';

/** The files on the state partition. */
export const stateFiles = [
  acceptedConfigFile,
  wifiStateFile,
  sshKeysFile,
  slackTokenFile,
  passwordHashFile,
] as const;

export interface CardContents {
  readonly card: readonly CardFile[];
  /** Contents of the existing files on the state partition. */
  readonly state: ReadonlyMap<string, string>;
}

export interface CardTools {
  readonly newPassword: () => string;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly hostName: string;
  /** Where the service finds the current settings. */
  readonly runFolder: string;
}

/**
 * Interprets the card's files, one part for each: if the files of one part can't be written, those of
 * the others still are. The last parts keep a copy of all current settings.
 */
export async function understandCard(
  { card, state }: CardContents,
  tools: CardTools,
): Promise<readonly Understood[]> {
  const found = new Map(cardFileNames.map((name) => [name, findCardFile(card, name)]));
  const file = (name: CardFileName) => found.get(name)?.file;
  const stored = (name: string) => state.get(name);
  const others = sortOtherFiles(card);
  const choose = (name: CardFileName) => chooseFile(name, file(name), others.meantFor(name));

  const settings = choose('blinky.yaml');
  const slack = choose('slack-token.txt');
  const configuration = understandConfiguration(settings.file, stored(acceptedConfigFile));
  const signIn = await understandSignIn({
    request: file('new-password.txt'),
    hasOwnUsers: 'users' in configuration.access,
    storedHash: stored(passwordHashFile),
    newPassword: tools.newPassword,
    hashPassword: tools.hashPassword,
  });
  const parts: Understood[] = [
    {
      notes: [],
      steps: configurationInForce(configuration, signIn.hash, tools.runFolder),
    },
    configuration,
    signIn,
    understandWifi(choose('wifi.txt'), stored(wifiStateFile)),
    understandSshKeys(
      file('authorized_keys'),
      stored(sshKeysFile),
      others.meantFor('authorized_keys'),
    ),
    understandSlackToken(slack.file, stored(slackTokenFile), slack.hasOtherName),
    { notes: passedOver([...found.values()]), steps: [] },
    { notes: unread('blinky.yaml', settings), steps: [] },
    { notes: unread('slack-token.txt', slack), steps: [] },
    {
      notes: others
        .meantFor('new-password.txt')
        .map((other) => unreadFile(other, 'new-password.txt', undefined)),
      steps: [],
    },
  ];
  const hasKeys = parts.some(({ steps }) => steps.some(isKeyInForce));
  parts.push({ notes: others.notes(hasKeys), steps: [] });
  const notes = parts.flatMap((part) => part.notes);
  const issue: Step = {
    place: 'issue',
    file: issueFile,
    content: issueText(notes, signIn.password, tools.hostName),
    mode: modes.open,
  };
  return [...parts, { notes: [], steps: [issue] }, ...keepForNextStart(parts)];
}

const isKeyInForce = ({ place, file, content }: Step) =>
  place === 'run' && file === sshKeysFile && content !== undefined;

/** Notes on files that may be meant for this one. */
function unread(
  wanted: CardFileName,
  { file, hasOtherName, unread: files, isAmbiguous }: Choice,
): Note[] {
  if (isAmbiguous) return [severalMeant(wanted, files)];
  const isBlinky = hasOtherName && file && wanted === 'blinky.yaml';
  return [
    ...(isBlinky ? [hint(`${file.name} is used, because ${wanted} has no settings`)] : []),
    ...files.map((other) => unreadFile(other, wanted, file)),
  ];
}

function passedOver(found: readonly ReturnType<typeof findCardFile>[]): Note[] {
  return found.flatMap(({ file, passedOver: others }) =>
    others.map((name) => hint(`${name} is ignored, because ${file?.name} is newer`)),
  );
}
