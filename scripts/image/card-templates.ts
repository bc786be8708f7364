import { templateBeginnings } from '../../src/card/card-files.ts';
import { withWindowsLineEnds } from '../../src/card/tidy-text.ts';
import { wifiTemplate } from '../../src/card/wifi-text.ts';
import { settingList } from '../package/setting-list.ts';

/** The files on the FAT partition of a new image, by name, with line ends that every editor shows. */
export function cardTemplates(): Readonly<Record<string, string>> {
  const templates = {
    'README.txt': readme,
    'wifi.txt': wifiTemplate,
    authorized_keys: authorizedKeys,
    'blinky.yaml': `${configurationHeader}${settingList({ 'webConfig.port': 80 })}`,
  };
  return Object.fromEntries(
    Object.entries(templates).map(([name, text]) => [name, withWindowsLineEnds(text)]),
  );
}

const readme = `BLINKY LIGHT

You can set this Pi up with the files on this card, from any computer, with any
text editor (Notepad, TextEdit in plain text). Change a file, save it, put the
card back into the Pi, and switch it on. The first start takes a minute or two.


IF YOU USE A NETWORK CABLE
  You need to change nothing. Plug it in and switch on.

IF YOU USE WI-FI
  Open wifi.txt. Write the country, the name and the password of your Wi-Fi.
  At the next start the Pi stores the password and takes it off the card.
  For a second Wi-Fi, add a second name= and password= below. The Pi joins the
  first one that it can reach. A Wi-Fi that asks for a user name as well can't
  be joined.
  You have a file from another system? A wpa_supplicant.conf, a NetworkManager
  profile, netplan or JSON is understood, too: put it here under the name
  wifi.txt.

THEN
  Open http://blinky.local/ in a browser, in the same network. If that name does
  not work, look for "blinky" in the list of devices of your router, and open
  http:// and the address that stands there.
  The page tells how to set up your Qlik Sense server.


DID IT UNDERSTAND ME?
  After each start result.txt tells what was understood, and what to mend.
  Slow red flashes of the light mean that something is wrong. Count them:
  1  no network: look at the cable, or at wifi.txt
  3  blinky.yaml is wrong: result.txt and the page show the line
  The page explains these and all others.

THE PASSWORD
  At its first start the Pi makes a password of its own and writes it into
  password.txt here. You need it on the page for test events, and for MQTT
  clients that publish. Looking needs no password.
  Write it down, and delete password.txt if others can get at the card; the
  password stays as it is. For a new one, put an empty file named
  new-password.txt here and start the Pi again.

SLACK
  Put the token (it begins xoxb-) into a file named slack-token.txt here. It is
  taken off the card when it is stored. Then, in blinky.yaml, take the # away
  from the lines "slackConfig:", "enable:" and "loginNotificationChannel:", and
  write "enable: true" and your channel.

OTHER SETTINGS
  All of them are in blinky.yaml, each with what it may be. If a line is wrong,
  the Pi starts all the same, with the settings that it came with.

SSH (for those who know what that is)
  Put your public key into authorized_keys, and sign in as root. Without a key,
  SSH is off. There is no password for it.

GOOD TO KNOW
  Deleting one of these files changes nothing: what was stored stays. To undo a
  setting, empty it:
  - wifi.txt: name= with nothing behind it. No Wi-Fi is set then.
  - authorized_keys: no line with a key. SSH is off then.
  - blinky.yaml: a # before the line.
  If something in wifi.txt or authorized_keys is wrong, what was stored stays,
  too, until you have fixed it.
  Do not touch the other files on this card. The Pi needs them to start.
`;

const authorizedKeys = `${templateBeginnings.authorized_keys} To switch it on, paste your public key below, as one line
# that begins ssh-ed25519 or ssh-rsa (the file on your computer that ends .pub).
`;

const configurationHeader = `${templateBeginnings['blinky.yaml']} All of them stand here with their defaults. To change one, take the #
# away from its line, and from the lines above it that it is indented under. Indent with spaces.
# They hold from the next start on; result.txt then tells what was understood.

Butler:
`;
