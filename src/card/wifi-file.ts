import { countryCode } from './country.ts';
import { hint, type Note, wrong } from './plan.ts';
import { readSettingLines, type SettingLine, withValue } from './setting-lines.ts';
import { straightQuotes } from './tidy-text.ts';

/** What `wifi.txt` says. */
export interface WifiFile {
  /** ISO 3166-1 code. */
  readonly country: string | undefined;
  /** Empty: no network is wanted. */
  readonly name: string;
  /** Empty: a network without one. Undefined: the one that is stored. */
  readonly password: string | undefined;
  readonly notes: readonly Note[];
  /** False when something must be mended before this can be used. */
  readonly isUsable: boolean;
}

/** What people call the settings, wpa_supplicant.conf's names among them. */
const meanings = new Map<string, 'country' | 'name' | 'password'>([
  ['country', 'country'],
  ['country code', 'country'],
  ['name', 'name'],
  ['ssid', 'name'],
  ['network', 'name'],
  ['network name', 'name'],
  ['password', 'password'],
  ['passphrase', 'password'],
  ['psk', 'password'],
  ['key', 'password'],
]);

/** IEEE 802.11-2020, 9.4.2.2. */
const longestNameBytes = 32;
/** IEEE 802.11-2020, J.4.1: a pass-phrase; or the key itself as 64 hexadecimal digits. */
const passwordBytes = { least: 8, most: 63 } as const;

/** Stands in the file in the place of a password that was stored. */
const storedMark = '(stored; to change it, write the new one here)';

/** Reads `wifi.txt`. Never throws: the notes say what is wrong, where, and how to mend it. */
export function readWifiFile(file: string, text: string): WifiFile {
  const { settings, strange } = readSettingLines(withoutBraces(text));
  const last = (meaning: string) => settings.findLast(({ key }) => meanings.get(key) === meaning);
  const notes: Note[] = [];

  for (const line of strange) {
    notes.push(
      wrong(`${file}, line ${line}: not understood. Write name=…, password=… or country=…`),
    );
  }
  for (const { line, key } of settings.filter(({ key }) => !meanings.get(key))) {
    notes.push(hint(`${file}, line ${line}: "${key}" has no meaning here and was passed over`));
  }
  const country = readCountry(file, last('country'), notes);
  const faults: Note[] = [];
  const name = readName(file, last('name'), faults);
  const password = name === '' ? undefined : readPassword(file, last('password'), faults);
  return { country, name, password, notes: [...notes, ...faults], isUsable: faults.length === 0 };
}

/** The file's text with the mark in place of every password. */
export function withPasswordStored(text: string): string {
  const { settings } = readSettingLines(text);
  const secret = new Set(
    settings.filter(({ key }) => meanings.get(key) === 'password').map(({ line }) => line),
  );
  return text
    .split('\n')
    .map((line, index) => (secret.has(index + 1) ? withValue(line, storedMark) : line))
    .join('\n');
}

/** Whoever pasted a wpa_supplicant.conf gave all that is needed. */
function withoutBraces(text: string): string {
  return text.replace(/^[^\S\n]*(network\s*=\s*\{|\})[^\S\n]*$/gm, '');
}

function readCountry(file: string, setting: SettingLine | undefined, notes: Note[]) {
  if (!setting || setting.value === '') return undefined;
  const code = countryCode(setting.value);
  if (!code) {
    notes.push(
      wrong(
        `${file}, line ${setting.line}: there is no country "${setting.value}". Write its two letters, such as country=SE`,
      ),
    );
  }
  return code;
}

function readName(file: string, setting: SettingLine | undefined, faults: Note[]): string {
  const name = setting?.value ?? '';
  const bytes = Buffer.byteLength(name);
  if (setting && bytes > longestNameBytes) {
    faults.push(
      wrong(
        `${file}, line ${setting.line}: the name is ${bytes} bytes long; that of a Wi-Fi has ${longestNameBytes} at most. Write it exactly as your phone shows it`,
      ),
    );
  }
  return name;
}

function readPassword(file: string, setting: SettingLine | undefined, faults: Note[]) {
  if (!setting) {
    faults.push(
      wrong(
        `${file}: the line with the password is missing. Write password=… (for a Wi-Fi without one, password= and nothing behind it)`,
      ),
    );
    return undefined;
  }
  const { line, value } = setting;
  if (/^\(stored\b/i.test(value)) return undefined;
  const password = straightQuotes(value);
  if (password === '' || /^[\da-f]{64}$/i.test(password)) return password;
  const bytes = Buffer.byteLength(password);
  if (bytes < passwordBytes.least || bytes > passwordBytes.most) {
    faults.push(
      wrong(
        `${file}, line ${line}: the password has ${bytes} characters; that of a Wi-Fi has ${passwordBytes.least} to ${passwordBytes.most}. Write it again`,
      ),
    );
  }
  return password;
}
