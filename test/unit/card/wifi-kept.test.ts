// Only a wifi.txt that says so takes a Wi-Fi away: whatever else is on the card, it works on.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cardTemplates } from '../../../scripts/image/card-templates.ts';
import { lines, MemoryCard } from '../../support/card-contents.ts';

/** `wifi.json` with the network Home. */
let stored = '';
before(async () => {
  const card = new MemoryCard({ 'wifi.txt': 'country=SE\nname=Home\npassword=correct horse\n' });
  await card.start();
  stored = card.places.state.get('wifi.json') ?? '';
});

/** One start with Home stored and this on the card. */
async function start(files: Readonly<Record<string, string | Uint8Array>>) {
  const card = new MemoryCard();
  card.places.state.set('wifi.json', stored);
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'string') card.places.card.set(name, content);
    else card.bytes.set(name, content);
  }
  const { notes } = await card.start();
  return { card, said: lines(notes).join('\n'), names: namesIn(card) };
}

/** The networks in force, in their order. */
function namesIn(card: MemoryCard): string[] {
  const text = card.places.run.get('wpa_supplicant-wlan0.conf') ?? '';
  return [...text.matchAll(/\tssid=(\w+)/g)].map(([, ssid = '']) =>
    Buffer.from(ssid, 'hex').toString(),
  );
}

const template = cardTemplates()['wifi.txt'] ?? '';
const utf16 = Buffer.from('\ufeffname=Office\r\npassword=secret 123\r\n', 'utf16le');

describe('a wifi.txt in which no Wi-Fi is recognised leaves the stored one, and says what to do', () => {
  for (const [what, content, advice] of [
    [
      'a misspelt key',
      'nmae=Office\npassword=secret 123\n',
      /unknown setting "nmae". Did you mean name=/,
    ],
    [
      'both keys misspelt',
      'nane=Office\npasword=secret 123\n',
      /"pasword"\. Did you mean password=/,
    ],
    ['a key of another language', 'Netzwerk=Office\nKennwort=secret 123\n', /Fix: write name=…/],
    ['an empty file', '', /no Wi-Fi found. Fix: write name=… .* leave name= empty/],
    ['blank lines', '\r\n\r\n', /no Wi-Fi found/],
    ['comments only', '# name=Office\n# password=secret 123\n', /line 1: this line starts with #/],
    ['the country only', 'country=SE\n', /no Wi-Fi found/],
    ['zeros', new Uint8Array(512), /is damaged: it was not written completely/],
    ['zeros at its end', Buffer.from('name=Office\npassword=secret 12\0\0\0'), /is damaged/],
    ['half of UTF-16', utf16.subarray(0, 21), /is damaged/],
    ['cut off in the key', 'country=SE\nna', /line 2: unknown setting/],
    ['cut off before the password', 'country=SE\nname=Office\n', /the password is missing/],
    ['the bare words', 'Office\nsecret 123\n', /line 1: unknown setting/],
    ['words without a sign', 'name Office\npassword secret 123\n', /line 1: unknown setting/],
    ['a password without a name', 'name=\npassword=secret 123\n', /password without a name/],
    ['a comment for a name', 'name= # my Wi-Fi\npassword=\n', /the name is only a comment/],
    ['an empty name and a stray word', 'name=\nOffice\npassword=\n', /line 2: unknown setting/],
    ['the template and misspelt lines', `${template}nmae=Office\n`, /Did you mean name=/],
    [
      'a rich text',
      '{\\rtf1\\ansi\nname=Office\\\npassword=secret 123}',
      /Format > Make Plain Text/,
    ],
    ['a document', Buffer.from('PK\u0003\u0004\u0014\0\u0006\0word'), /word processor/],
    ['a web page', '<!DOCTYPE html>\n<p>name=Office</p>\n', /is a web page/],
    ['a profile of Windows', '<?xml version="1.0"?>\n<WLANProfile/>\n', /is XML/],
    [
      'half of a wpa_supplicant.conf',
      'network={\n  ssid="Office"\n  psk="secr',
      /closing } .* missing/,
    ],
    [
      'a wpa_supplicant.conf without a network',
      'country=SE\nupdate_config=1\n',
      /no(t understood| Wi-Fi)/,
    ],
    ['half of JSON', '{"ssid": "Office", "psk": "secr', /invalid JSON/],
    ['JSON without a name', '{"psk": "secret 123"}', /password without a name/],
    ['YAML that is none', 'wifis:\n  wlan0:\n    access-points: {"Office": {pass', /invalid YAML/],
    ['netplan without Wi-Fi', 'network:\n  version: 2\n  wifis: {}\n', /no Wi-Fi found/],
    ['half of a NetworkManager profile', '[wifi]\nssid=Office\n', /the password is missing/],
    [
      'JSON with nothing for a name',
      '{"ssid": null, "psk": "secret 123"}',
      /password without a name/,
    ],
    [
      'a network of cables',
      'network:\n  ethernets:\n    eth0:\n      dhcp4: true\n',
      /no Wi-Fi found/,
    ],
    ['netplan cut off', 'network:\n', /no Wi-Fi found/],
    ['the mark without a name', 'country=SE\npassword=(stored; …)\n', /password without a name/],
    ['a shell command', 'nmcli dev wifi connect Office password "secret 123"\n', /unknown setting/],
    ['brackets without end', `[{"a": ${'['.repeat(100_000)}`, /invalid JSON/],
    ['YAML of too many levels', `wifis:\n${'- '.repeat(50_000)}`, /invalid YAML/],
    ['a line without end', `name=${' '.repeat(100_000)}x\n`, /line 1: unknown setting/],
    ['a letter of another alphabet', 'n\u0430me=Office\npassword=secret 123\n', /mean name=/],
    [
      'two names, then two passwords',
      'name=A\nname=B\npassword=secret 123\npassword=secret 456\n',
      /unclear which password belongs to which name\. Fix: write each password directly below its name/,
    ],
    ['WEP', 'name=Office\nwep_key0=abcde\n', /uses WEP/],
  ] as const) {
    test(what, async () => {
      const { card, said, names } = await start({ 'wifi.txt': content });
      assert.deepEqual(names, ['Home'], said);
      assert.equal(card.places.state.get('wifi.json'), stored);
      assert.match(said, /^wrong: wifi\.txt/m);
      assert.match(said, advice);
      assert.match(said, /hint: the Wi-Fi "Home" stays configured until this is fixed/);
      assert.doesNotMatch(said, /no Wi-Fi configured|secret/);
    });
  }
});

describe('a Wi-Fi that asks for a user name is refused, with the reason', () => {
  for (const [layout, text] of [
    [
      'wpa_supplicant.conf',
      'network={\n ssid="eduroam"\n key_mgmt=WPA-EAP\n eap=PEAP\n identity="me"\n password="secret 123"\n}\n',
    ],
    ['without key_mgmt', 'network={\n ssid="eduroam"\n eap=TTLS\n password="secret 123"\n}\n'],
    ['own words', 'name=eduroam\nuser=me\npassword=secret 123\n'],
    ['other own words', 'SSID: eduroam\nUsername: me@uni.se\nPassword: secret 123\n'],
    ['words of another language', 'Name=eduroam\nBenutzername=me\nPassword=secret 123\n'],
    ['words of a form', 'Wi-Fi: eduroam\nLogin: me\nPassword: secret 123\n'],
    ['own words about it', 'name=eduroam\nsecurity=WPA2-Enterprise\npassword=secret 123\n'],
    [
      'netplan',
      'wifis:\n  wlan0:\n    access-points:\n      eduroam:\n        auth: {key-management: eap, identity: me, password: secret 123}\n',
    ],
    [
      'NetworkManager',
      '[wifi]\nssid=eduroam\n[wifi-security]\nkey-mgmt=wpa-eap\n[802-1x]\neap=peap;\nidentity=me\npassword=secret 123\n',
    ],
    ['JSON', '{"ssid": "eduroam", "identity": "me", "password": "secret 123"}'],
  ] as const) {
    test(layout, async () => {
      const { said, names } = await start({ 'wifi.txt': text });
      assert.deepEqual(names, ['Home']);
      assert.match(
        said,
        /wrong: wifi\.txt.*"eduroam".*requires a user name.*Fix: use a network cable/,
      );
    });
  }
});

describe('what is unambiguous is understood', () => {
  for (const [what, text] of [
    ['prefixes', 'wifi_name=Office\nwifi_password=secret 123\n'],
    ['what a phone calls it', 'Wi-Fi name: Office\nWi-Fi password: secret 123\n'],
    ['signs of a Japanese keyboard', 'name＝Office\npassword：secret 123\n'],
    ['letters of one', 'ｓｓｉｄ＝Office\nｐｓｋ＝secret 123\n'],
    ['a shell script', 'export SSID="Office"\nexport PSK=\'secret 123\'\n'],
    ['signs at the end', 'ssid = "Office";\npassword = "secret 123",\n'],
    ['quotes of France', 'name=«Office»\npassword=‹secret 123›\n'],
    ['line ends of old Macs', 'name=Office\rpassword=secret 123\r'],
    ['a network on one line', 'network={ ssid="Office" psk="secret 123" }\n'],
    ['a name in hexadecimal digits', 'network={\nssid=4f6666696365\npsk="secret 123"\n}\n'],
    ['a NetworkManager profile', '[wifi]\nssid=Office\n[wifi-security]\npsk=secret 123\n'],
    [
      'its older layout',
      '[802-11-wireless]\nssid=79;102;102;105;99;101;\n[802-11-wireless-security]\npsk=secret 123\n',
    ],
    [
      'netplan',
      'network:\n  wifis:\n    wlan0:\n      access-points:\n        "Office": {password: "secret 123"}\n',
    ],
    [
      'netplan’s other layout',
      'wifis:\n  w:\n    access-points:\n      Office:\n        auth:\n          password: secret 123\n',
    ],
    ['sections of another layout', '[wlan]\nssid = "Office"\npassword = "secret 123"\n'],
    ['sections of this layout', '[wifi]\nssid=Office\npassword=secret 123\n'],
    ['a YAML list', 'wifi:\n  networks:\n    - ssid: Office\n      password: secret 123\n'],
    [
      'JSON with a name around it',
      '{"name": "Pi", "wifi": [{"ssid": "Office", "key": "secret 123"}]}',
    ],
    ['JSON', '{"wifi": {"ssid": "Office", "psk": "secret 123"}}'],
    ['a # in a profile', '[wifi]\nssid=Office\n[wifi-security]\npsk=secret 123 #1\n'],
    ['a QR code', 'WIFI:T:WPA;S:Office;P:secret 123;H:false;;\n'],
  ] as const) {
    test(what, async () => {
      const { card, said, names } = await start({ 'wifi.txt': text });
      assert.deepEqual(names, ['Office'], said);
      assert.doesNotMatch(said, /^wrong/m);
      const left = [...card.places.card.values(), ...card.places.state.values()].join('\n');
      assert.doesNotMatch(left, /secret 123/);
      const again = await card.start();
      assert.deepEqual(namesIn(card), ['Office']);
      assert.ok(again.steps.every(({ place }) => place !== 'card' && place !== 'state'));
    });
  }

  test('numbers stay as they are written', async () => {
    const netplan = 'wifis: {w: {access-points: {0123: {password: 0123456789}}}}\n';
    const { names } = await start({ 'wifi.txt': netplan });
    assert.deepEqual(names, ['0123']);
  });
});

describe('an explicit empty name takes the Wi-Fi away', () => {
  for (const [what, text] of [
    ['the file as it came', template],
    ['nothing else in it', 'name=\n'],
    ['two quotes', 'ssid=""\n'],
    [
      'with the password that is stored',
      'country=SE\nname=\npassword=(stored; to change it, write the new one here)\n',
    ],
  ] as const) {
    test(what, async () => {
      const { card, said, names } = await start({ 'wifi.txt': text });
      assert.deepEqual(names, []);
      assert.equal(card.places.state.has('wifi.json'), false);
      assert.match(said, /fine: wifi\.txt: no Wi-Fi configured/);
    });
  }
});

test('a country that does not exist leaves the one that is stored', async () => {
  const { card } = await start({
    'wifi.txt': 'country=Atlantis\nname=Home\npassword=(stored; …)\n',
  });
  assert.match(card.places.run.get('wpa_supplicant-wlan0.conf') ?? '', /country=SE/);
});

test('a password that was deleted by mistake is asked about', async () => {
  const { said } = await start({ 'wifi.txt': 'name=Home\npassword=\n' });
  assert.match(said, /hint: wifi\.txt: the Wi-Fi "Home" had a password before/);
});
