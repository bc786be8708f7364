import { z } from 'zod';
import type { CardText } from './card-files.ts';
import { fine, hint, modes, type Note, type Step, type Understood, wrong } from './plan.ts';
import { withWindowsLineEnds } from './tidy-text.ts';
import { readWifiFile, type WifiFile, withPasswordStored } from './wifi-file.ts';
import { supplicantConfiguration, type WifiNetwork, wifiNetwork } from './wifi-network.ts';

/** The file on the state partition. */
export const wifiStateFile = 'wifi.json';
const configurationFile = 'wpa_supplicant-wlan0.conf';

const hexadecimal = z.string().regex(/^[\da-f]*$/);
const storedWifi = z.object({
  country: z.string().optional(),
  network: z.object({
    name: z.string(),
    spellings: z.array(z.object({ ssid: hexadecimal, key: hexadecimal.nullable() })).min(1),
  }),
});
interface StoredWifi {
  readonly country?: string | undefined;
  readonly network: WifiNetwork;
}

/**
 * What `wifi.txt` means.
 * @param stored content of `wifi.json`
 */
export function understandWifi(file: CardText | undefined, stored: string | undefined): Understood {
  const before = readStored(stored);
  if (!file) return { notes: [], steps: inForce(before) };
  const said = readWifiFile(file.name, file.text);
  if (!said.isUsable) {
    const rest = before ? [hint(`the Wi-Fi "${before.network.name}" stays set meanwhile`)] : [];
    return { notes: [...said.notes, ...rest], steps: inForce(before) };
  }
  if (said.name === '') {
    const steps: Step[] = before
      ? [{ place: 'state', file: wifiStateFile, content: undefined }]
      : [];
    return {
      notes: [...said.notes, fine(`${file.name}: no Wi-Fi is set`)],
      steps: [...inForce(undefined), ...steps],
    };
  }
  return said.password === undefined
    ? withStoredPassword(file, said, before)
    : withNewPassword(file, said, said.password, stored);
}

function withStoredPassword(
  file: CardText,
  { name, country, notes }: WifiFile,
  before: StoredWifi | undefined,
): Understood {
  if (before?.network.name !== name) {
    const why = before ? 'the name is another one' : 'no password is stored';
    const note = wrong(`${file.name}: ${why}, so write the password again, too: password=…`);
    return { notes: [...notes, note], steps: inForce(before) };
  }
  const now = { ...before, country };
  const isChanged = before.country !== country;
  const steps = [...inForce(now), ...(isChanged ? [keep(now)] : [])];
  return { notes: [...notes, ...described(file.name, now)], steps };
}

function withNewPassword(
  file: CardText,
  { name, country, notes }: WifiFile,
  password: string,
  stored: string | undefined,
): Understood {
  const now: StoredWifi = { country, network: wifiNetwork(name, password) };
  const kept = keep(now);
  const steps = [...inForce(now), ...(kept.content === stored ? [] : [kept])];
  if (password === '') return { notes: [...notes, ...described(file.name, now)], steps };
  const withoutPassword = withWindowsLineEnds(withPasswordStored(file.text));
  return {
    notes: [...notes, ...described(file.name, now)],
    // Taken off the card only when it is safe elsewhere.
    steps: [...steps, { place: 'card', file: file.name, content: withoutPassword }],
  };
}

function described(file: string, { country, network }: StoredWifi): Note[] {
  const isOpen = network.spellings.every(({ key }) => key === null);
  const password = isOpen ? 'it has no password' : 'its password is stored, and not on the card';
  const notes = [fine(`${file}: the Wi-Fi "${network.name}" is set; ${password}`)];
  if (!country) {
    notes.push(
      hint(
        `${file}: no country is set, so some channels can't be used. If the Wi-Fi is not found, write country=SE (the two letters of yours)`,
      ),
    );
  }
  return notes;
}

const keep = (wifi: StoredWifi): Step => ({
  place: 'state',
  file: wifiStateFile,
  content: `${JSON.stringify(wifi)}\n`,
  mode: modes.secret,
});

const inForce = (wifi: StoredWifi | undefined): Step[] => [
  {
    place: 'run',
    file: configurationFile,
    content: wifi && supplicantConfiguration(wifi.network, wifi.country),
    mode: modes.secret,
  },
];

/** What was stored; nothing when it was damaged. */
function readStored(text: string | undefined): StoredWifi | undefined {
  if (text === undefined) return undefined;
  try {
    return storedWifi.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
