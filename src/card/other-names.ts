import { distance } from 'fastest-levenshtein';
import { nearestName } from '../platform/nearest-name.ts';
import type { CardFileName } from './card-files.ts';
import { hint, type Note } from './plan.ts';

/** The probable purpose of a file with another name. */
export interface OtherName {
  /** The file it may be meant for. */
  readonly meantFor?: CardFileName;
  /** Whether its content must confirm that, because the name is common. */
  readonly isVague?: boolean;
  /** Whether its name is only similar, so that it may be unrelated. */
  readonly isGuess?: boolean;
  /** What to do instead, if Blinky has no file for this purpose. */
  readonly advice?: string;
}

const keysNotAccounts =
  'Fix: put your public key into authorized_keys. This enables SSH for the user root';
const notImager =
  'Fix: enter the Wi-Fi in wifi.txt, and for SSH your public key in authorized_keys';

/** Setup files of other systems, by lower-case name without `.txt`. */
const ofOtherSystems: Readonly<Record<string, string>> = {
  ssh: keysNotAccounts,
  userconf: keysNotAccounts,
  'user-data': notImager,
  'firstrun.sh': notImager,
  'custom.toml': notImager,
  'rpi-preseed.toml': notImager,
  sysconf: notImager,
  dietpi: notImager,
};

/** Extensions that are added to a name, or replace the right one. */
const ending =
  /\.(txt|text|conf|cfg|config|ini|rtf|rtfd|docx?|odt|pages|html?|md|json|ya?ml|nmconnection)$/;
/** What operating systems add to the name of a copy. */
const copyMark =
  /(\s*\(\d+\)|[\s_]*[-–]?[\s_]*(copy|kopie|kopia|copie|copia|kopi|cópia)(\s*\(?\d+\)?)?|\s\d+)$/;
const copyOf = /^(copy|kopie|kopia|copie|copia|kopi|cópia) (of|von|av|de|di|van|af) /;

const meanings: readonly (readonly [plain: RegExp, meantFor: CardFileName])[] = [
  [
    /^(my)?(wi-?fi|wlan)\d?(config|configuration|settings?|setup|networks?|info|name|password)?$/,
    'wifi.txt',
  ],
  [/wpasupplicant/, 'wifi.txt'],
  [/^authori[sz]edkeys?2?$/, 'authorized_keys'],
  [/^(ssh|public|pub|sshpublic)keys?$/, 'authorized_keys'],
  [/^(slack|slackbot|bot|slackapp)token$|^slack$/, 'slack-token.txt'],
  [/^newpassword$/, 'new-password.txt'],
  [/^blinky(light)?(config|settings)?$/, 'blinky.yaml'],
];

/** Common names, whose files may be anything. */
const vague: readonly (readonly [name: RegExp, meantFor: CardFileName])[] = [
  [/^network-?config(\.ya?ml|\.txt)?$/, 'wifi.txt'],
  [/\.nmconnection(\.txt)?$/, 'wifi.txt'],
  [/\bnetplan\b.*\.ya?ml$/, 'wifi.txt'],
  [/\.pub(\.txt)?$/, 'authorized_keys'],
  [/^(id_(rsa|dsa|ecdsa|ed25519)(_sk)?|.*\.ppk)(\.txt)?$/, 'authorized_keys'],
  [/(wi-?fi|wlan)[^.]*(\.txt|\.conf)*$/, 'wifi.txt'],
  [/^(wireless|networks?|ssid)(\.txt|\.conf)*$/, 'wifi.txt'],
  [/^(production|butler|default|config)(\.ya?ml)+(\.txt)?$/, 'blinky.yaml'],
];

/** Returns the purpose of a file; undefined if it is unrelated to this program. */
export function otherName(name: string): OtherName | undefined {
  const lower = name.normalize('NFC').trim().toLowerCase();
  // Files that macOS (._ and .DS_Store), Windows and editors create.
  if (/^[.~$]|~$|\.(swp|tmp)$/.test(lower)) return undefined;
  const advice = ofOtherSystems[lower.replace(/(\.txt)+$/, '')];
  if (advice) return { advice };
  const plain = plainName(lower);
  const [, meantFor] = meanings.find(([pattern]) => pattern.test(plain)) ?? [];
  if (meantFor) return { meantFor };
  const [, vaguelyMeantFor] = vague.find(([pattern]) => pattern.test(lower)) ?? [];
  if (vaguelyMeantFor) return { meantFor: vaguelyMeantFor, isVague: true };
  const misspelt = nearest(plain);
  return misspelt && { meantFor: misspelt, isVague: true, isGuess: true };
}

const wholeNames: Readonly<Record<string, CardFileName>> = {
  wifi: 'wifi.txt',
  authorizedkeys: 'authorized_keys',
  slacktoken: 'slack-token.txt',
  blinky: 'blinky.yaml',
};

/** Returns what a misspelt name is meant for: one wrong letter in a short name, two in a long one. */
function nearest(plain: string): CardFileName | undefined {
  const known = nearestName(plain, Object.keys(wholeNames));
  if (known === undefined || plain.length < 3) return undefined;
  return distance(plain, known) <= (known.length > 4 ? 2 : 1) ? wholeNames[known] : undefined;
}

/** The note on a file of another system. */
export const otherSystemsFile = (name: string, advice: string): Note =>
  hint(`${name} is ignored. ${advice}`);

/** Returns the name without extensions, copy marks, blanks and dashes. */
function plainName(lower: string): string {
  let plain = lower.replace(copyOf, '');
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(ending, '').replace(copyMark, '').trim();
  }
  return plain.replace(/[\s._-]/g, '');
}
