import { templateBeginnings } from './card-files.ts';
import { writtenValue } from './setting-lines.ts';
import type { StoredWifi } from './stored-wifi.ts';
import { withWindowsLineEnds } from './tidy-text.ts';
import { storedMark } from './wifi-formats/found.ts';
import { isOpen } from './wifi-network.ts';

/** The comments at the top of `wifi.txt`. */
export const wifiHelp = `${templateBeginnings['wifi.txt']} If you use a network cable, don't change this file.
# Fill in the values after the = signs, for example:
#   country=SE
#   name=Our Wi-Fi
#   password=the Wi-Fi password
# Use the two-letter code of your country, such as SE, DE, GB or US. Enter the name exactly as shown
# on your phone. If the Wi-Fi has no password, leave password= empty.
# Put a name or password that contains # in quotes: password="our #1 secret"
# For a second Wi-Fi, add another name= and password= below.
`;

/** `wifi.txt` on a new card. */
export const wifiTemplate = `${wifiHelp}
country=
name=
password=
`;

/** Returns `wifi.txt` for the stored networks; undefined if a name can't be written in it. */
export function wifiText({ country, networks }: StoredWifi): string | undefined {
  const blocks = networks.map((network) => {
    const name = writtenValue(network.name);
    return name && `name=${name}\npassword=${isOpen(network) ? '' : storedMark}\n`;
  });
  if (blocks.includes(undefined)) return undefined;
  return withWindowsLineEnds(`${wifiHelp}\ncountry=${country ?? ''}\n${blocks.join('\n')}`);
}
