import { templateBeginnings } from '../../src/card/card-files.ts';
import { withWindowsLineEnds } from '../../src/card/tidy-text.ts';
import { wifiTemplate } from '../../src/card/wifi-text.ts';
import { settingList } from '../package/setting-list.ts';

/** Returns the files on the FAT partition of a new image by name, with line ends for any editor. */
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

Set up this Pi by editing the files on this card, on any computer, with any text
editor (Notepad, or TextEdit in plain text mode). Edit a file, save it, put the
card back into the Pi and switch it on. The first start takes one to two minutes.


WITH A NETWORK CABLE
  You don't need to change anything. Plug in the cable and switch on the Pi.

WITH WI-FI
  Open wifi.txt and enter the country, the name and the password of your Wi-Fi.
  At the next start, the Pi stores the password and removes it from the card.
  For a second Wi-Fi, add another name= and password= below. The Pi joins the
  first one in range. It can't join a Wi-Fi that requires a user name.
  If you have a wpa_supplicant.conf, a NetworkManager profile, netplan or JSON
  from another system, copy it here and rename it to wifi.txt.

THEN
  Open http://blinky.local/ in a browser on the same network. If that name does
  not work, find "blinky" in the device list of your router and open http://
  followed by its address.
  The page explains how to set up your Qlik Sense server.


DID IT WORK?
  After each start, result.txt shows how the Pi read these files, and how to fix
  any problems.
  If the red light flashes slowly, there is a problem. Count the flashes:
  1  no network: check the cable or wifi.txt
  3  blinky.yaml is invalid: see result.txt or the page for the line
  The page explains all codes.

PASSWORD
  At its first start, the Pi generates a password and writes it to password.txt
  on this card. You need it to send test events from the page, and for MQTT
  clients that publish. Viewing the page doesn't require it.
  Write it down, and delete password.txt if other people can access the card.
  The password stays valid. For a new one, put an empty file named
  new-password.txt on the card and restart the Pi.

SLACK
  Save the token (it starts with xoxb-) in a file named slack-token.txt on this
  card. The Pi stores it and removes it from the card. Then open blinky.yaml,
  remove the # from the lines "slackConfig:", "enable:" and
  "loginNotificationChannel:", and set "enable: true" and your channel.

OTHER SETTINGS
  They are all in blinky.yaml, with their allowed values. If a line is invalid,
  the Pi still starts, with the default settings.

SSH (for experts)
  Put your public key into authorized_keys and sign in as root. Without a key,
  SSH is off. There is no password for it.

GOOD TO KNOW
  Deleting one of these files changes nothing: stored settings stay. To undo a
  setting, empty it:
  - wifi.txt: leave name= empty. This removes the Wi-Fi.
  - authorized_keys: delete all lines with keys. This switches SSH off.
  - blinky.yaml: put a # in front of the line.
  If wifi.txt or authorized_keys has a problem, the stored settings also stay
  until you fix it.
  Do not change the other files on this card. The Pi needs them to start.
`;

const authorizedKeys = `${templateBeginnings.authorized_keys} To switch it on, paste your public key below, as one
# line that starts with ssh-ed25519 or ssh-rsa (from the .pub file on your computer).
`;

const configurationHeader = `${templateBeginnings['blinky.yaml']} Every setting is listed with its default. To change one, remove the #
# from its line and from the lines above it that it is indented under. Indent with spaces.
# Restart the Pi to apply changes; result.txt then shows any problems.

Butler:
`;
