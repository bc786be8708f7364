import { countryCode } from './country.ts';
import { hint, type Note, wrong } from './plan.ts';
import { withValue } from './setting-lines.ts';
import { straightQuotes } from './tidy-text.ts';
import {
  type FoundNetwork,
  type FoundSettings,
  isStoredMark,
  type Layout,
  storedMark,
} from './wifi-formats/found.ts';
import { isKeyfileText, readKeyfile } from './wifi-formats/keyfile.ts';
import { readLines } from './wifi-formats/lines.ts';
import { isQrText, readQrCode } from './wifi-formats/qr-code.ts';
import { isJsonText, isNetplanText, readJson, readNetplan } from './wifi-formats/structured.ts';
import { isSupplicantText, readSupplicant } from './wifi-formats/supplicant.ts';

/** The Wi-Fi settings of a file. */
export interface WifiFile {
  readonly layout: Layout;
  /** ISO 3166-1 code. */
  readonly country: string | undefined;
  readonly isCountryWrong: boolean;
  /** The usable networks, in order of preference. */
  readonly networks: readonly WrittenNetwork[];
  /** The lines with passwords of these networks, counted from 1, if each setting has its own line. */
  readonly passwordLines: readonly number[];
  /** Whether the file removes the Wi-Fi. */
  readonly isEmptied: boolean;
  readonly notes: readonly Note[];
  /** Whether the file may have a network that could not be read. */
  readonly hasFaults: boolean;
}

export interface WrittenNetwork {
  readonly name: string;
  /** The same with the text after it that was read as a comment. */
  readonly nameWithComment?: string | undefined;
  /** Empty: an open network. Undefined: use the stored password. */
  readonly password: string | undefined;
}

/** IEEE 802.11-2020, 9.4.2.2. */
const longestNameBytes = 32;
/** IEEE 802.11-2020, J.4.1: a pass-phrase; or the key itself as 64 hexadecimal digits. */
const passwordBytes = { least: 8, most: 63 } as const;
/** Maximum number of networks; each takes a tenth of a second to compute on a Pi. */
export const mostNetworks = 16;

const obstacles = {
  enterprise:
    "this Wi-Fi requires a user name (WPA-Enterprise, 802.1X), so the Pi can't join it. Fix: use a network cable, or a Wi-Fi that requires only a password",
  wep: "this Wi-Fi uses WEP, so the Pi can't join it. Fix: set the router to WPA2",
} as const;

/** Reads a Wi-Fi file. Never throws: the notes say what is wrong, where, and how to fix it. */
export function readWifiFile(file: string, text: string): WifiFile {
  const found = readSettings(file, text);
  const notes = [...found.notes];
  const country = readCountry(file, found.country, notes);
  const faults: Note[] = [];
  const networks: WrittenNetwork[] = [];
  const passwordLines: number[] = [];
  for (const network of found.networks) {
    const reasons = faultsOf(file, network, found.networks.length > 1);
    faults.push(...reasons);
    if (!network.name || reasons.length > 0) continue;
    const written = writtenNetwork(network);
    networks.push(written);
    if (written.password && network.passwordLine) passwordLines.push(network.passwordLine);
  }
  const isUnclear = found.notes.some(({ kind }) => kind === 'wrong');
  const isEmptied =
    networks.length + faults.length === 0 &&
    !isUnclear &&
    found.layout === 'lines' &&
    found.networks.some(({ name }) => name === '');
  if (networks.length + faults.length === 0 && !isEmptied && !isUnclear) {
    faults.push(
      wrong(
        `${file}: no Wi-Fi found. Fix: write name=… and password=…; to remove the Wi-Fi, leave name= empty`,
      ),
    );
  }
  const several = withoutRepeats(file, networks, notes, faults);
  return {
    layout: found.layout,
    country,
    isCountryWrong: country === undefined && Boolean(found.country?.value),
    networks: several,
    passwordLines,
    isEmptied,
    notes: [...notes, ...faults],
    hasFaults: isUnclear || faults.length > 0,
  };
}

/** Replaces the passwords on these lines with the mark for a stored one. */
export function withPasswordsStored(text: string, lines: readonly number[]): string {
  const secret = new Set(lines);
  return text
    .split('\n')
    .map((line, index) => (secret.has(index + 1) ? withValue(line, storedMark) : line))
    .join('\n');
}

/** Whether an arbitrary file has Wi-Fi settings: it names a network. */
export function namesWifi(text: string): boolean {
  return readSettings('', text).networks.some(({ name }) => name);
}

function readSettings(file: string, text: string): FoundSettings {
  if (isSupplicantText(text)) return readSupplicant(file, text);
  if (isKeyfileText(text)) return readKeyfile(text);
  if (isNetplanText(text)) return readNetplan(file, text);
  if (isJsonText(text)) return readJson(file, text);
  if (isQrText(text)) return readQrCode(text);
  return readLines(file, text);
}

function readCountry(file: string, setting: FoundSettings['country'], notes: Note[]) {
  if (!setting || setting.value === '') return undefined;
  const code = countryCode(setting.value);
  if (!code) {
    notes.push(
      wrong(
        `${at(file, setting.line)}: unknown country "${setting.value.slice(0, 40)}". Fix: use its two-letter code, such as country=SE`,
      ),
    );
  }
  return code;
}

const at = (file: string, line: number | undefined) =>
  line === undefined ? file : `${file}, line ${line}`;

function faultsOf(file: string, network: FoundNetwork, isOneOfSeveral: boolean): Note[] {
  const { name, password, nameLine, passwordLine, obstacle } = network;
  if (obstacle) {
    const which = name ? ` "${name.slice(0, longestNameBytes)}":` : '';
    return [wrong(`${at(file, nameLine)}:${which} ${obstacles[obstacle]}`)];
  }
  if (!name) {
    if (!password || (name === '' && isStoredMark(password))) return [];
    return [
      wrong(
        `${at(file, passwordLine)}: password without a name. Fix: add the name of the Wi-Fi: name=…`,
      ),
    ];
  }
  return [...nameFaults(file, name, nameLine), ...passwordFaults(file, network, isOneOfSeveral)];
}

function nameFaults(file: string, name: string, line: number | undefined): Note[] {
  const bytes = Buffer.byteLength(name);
  if (bytes > longestNameBytes) {
    return [
      wrong(
        `${at(file, line)}: the name is too long (${bytes} bytes; at most ${longestNameBytes}). Fix: enter it exactly as shown on your phone`,
      ),
    ];
  }
  if (/\p{Cc}/u.test(name)) {
    return [wrong(`${at(file, line)}: the name contains invisible characters. Fix: type it again`)];
  }
  return [];
}

function passwordFaults(
  file: string,
  { name, password, passwordLine }: FoundNetwork,
  isOneOfSeveral: boolean,
): Note[] {
  if (password === undefined) {
    const which = isOneOfSeveral ? ` of "${name}"` : '';
    return [
      wrong(
        `${file}: the password${which} is missing. Fix: add password=… (for a Wi-Fi without a password, leave password= empty)`,
      ),
    ];
  }
  const straight = straightQuotes(password);
  const bytes = Buffer.byteLength(straight);
  const isFine =
    isStoredMark(password) ||
    straight === '' ||
    /^[\da-f]{64}$/i.test(straight) ||
    (bytes >= passwordBytes.least && bytes <= passwordBytes.most);
  if (isFine) return [];
  return [
    wrong(
      `${at(file, passwordLine)}: the password has ${bytes} characters; a Wi-Fi password has ${passwordBytes.least} to ${passwordBytes.most}. Fix: enter it again`,
    ),
  ];
}

function writtenNetwork(network: FoundNetwork): WrittenNetwork {
  const { name = '', nameWithComment, password = '' } = network;
  return {
    name,
    password: isStoredMark(password) ? undefined : straightQuotes(password),
    ...(nameWithComment !== undefined && { nameWithComment }),
  };
}

/** Keeps the last occurrence of each name, and at most as many as are allowed. */
function withoutRepeats(
  file: string,
  networks: readonly WrittenNetwork[],
  notes: Note[],
  faults: Note[],
): readonly WrittenNetwork[] {
  const once = networks.filter(
    ({ name }, index) => networks.findLastIndex((other) => other.name === name) === index,
  );
  if (once.length < networks.length) {
    notes.push(hint(`${file}: a Wi-Fi occurs twice; the last entry is used`));
  }
  if (once.length <= mostNetworks) return once;
  faults.push(
    wrong(`${file}: too many Wi-Fi networks (${once.length}); the first ${mostNetworks} are used`),
  );
  return once.slice(0, mostNetworks);
}
