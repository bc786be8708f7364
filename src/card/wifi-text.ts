import { templateBeginnings } from './card-files.ts';
import { writtenValue } from './setting-lines.ts';
import type { StoredWifi } from './stored-wifi.ts';
import { withWindowsLineEnds } from './tidy-text.ts';
import { storedMark } from './wifi-formats/found.ts';
import { isOpen } from './wifi-network.ts';

/** How `wifi.txt` begins on a new card. */
export const wifiHelp = `${templateBeginnings['wifi.txt']} With a network cable, leave this file as it is.
# Write behind the = signs, for example:
#   country=SE
#   name=Our Wi-Fi
#   password=what the Wi-Fi asks for
# The country has two letters, such as SE, DE, GB or US. The name is written exactly as your phone
# shows it. A Wi-Fi without a password has nothing behind password=
# A name or password that has a # in it belongs in quotes: password="our #1 secret"
# For a second Wi-Fi, add a second name= and password= below the first.
`;

/** `wifi.txt` of a new card. */
export const wifiTemplate = `${wifiHelp}
country=
name=
password=
`;

/** `wifi.txt` with what is stored; undefined where a name can't be written in it. */
export function wifiText({ country, networks }: StoredWifi): string | undefined {
  const blocks = networks.map((network) => {
    const name = writtenValue(network.name);
    return name && `name=${name}\npassword=${isOpen(network) ? '' : storedMark}\n`;
  });
  if (blocks.includes(undefined)) return undefined;
  return withWindowsLineEnds(`${wifiHelp}\ncountry=${country ?? ''}\n${blocks.join('\n')}`);
}
