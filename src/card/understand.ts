import { type CardFile, type CardFileName, cardFileNames, findCardFile } from './card-files.ts';
import {
  acceptedConfigFile,
  configurationInForce,
  understandConfiguration,
} from './configuration.ts';
import { issueFile, issueText } from './console.ts';
import { keepForNextStart } from './last-settings.ts';
import { hint, modes, type Note, type Step, type Understood } from './plan.ts';
import { passwordHashFile, understandSignIn } from './sign-in.ts';
import { slackTokenFile, understandSlackToken } from './slack-token.ts';
import { sshKeysFile, understandSshKeys } from './ssh-keys.ts';
import { understandWifi, wifiStateFile } from './wifi.ts';

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
  /** Contents of the files on the state partition, those that are there. */
  readonly state: ReadonlyMap<string, string>;
}

export interface CardTools {
  readonly newPassword: () => string;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly hostName: string;
  /** Where the service finds what is in force. */
  readonly runFolder: string;
}

/**
 * What the card's files mean, one part for each: a part whose files can't be written does not keep
 * the others from theirs. The last ones take what is in force from all, and keep it.
 */
export async function understandCard(
  { card, state }: CardContents,
  tools: CardTools,
): Promise<readonly Understood[]> {
  const found = new Map(cardFileNames.map((name) => [name, findCardFile(card, name)]));
  const file = (name: CardFileName) => found.get(name)?.file;
  const stored = (name: string) => state.get(name);

  const configuration = understandConfiguration(file('blinky.yaml'), stored(acceptedConfigFile));
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
    understandWifi(file('wifi.txt'), stored(wifiStateFile)),
    understandSshKeys(file('authorized_keys'), stored(sshKeysFile)),
    understandSlackToken(file('slack-token.txt'), stored(slackTokenFile)),
    { notes: passedOver([...found.values()]), steps: [] },
  ];
  const notes = parts.flatMap((part) => part.notes);
  const issue: Step = {
    place: 'issue',
    file: issueFile,
    content: issueText(notes, signIn.password, tools.hostName),
    mode: modes.open,
  };
  return [...parts, { notes: [], steps: [issue] }, ...keepForNextStart(parts)];
}

function passedOver(found: readonly ReturnType<typeof findCardFile>[]): Note[] {
  return found.flatMap(({ file, passedOver: others }) =>
    others.map((name) => hint(`${name}: passed over, for ${file?.name} was changed later`)),
  );
}
