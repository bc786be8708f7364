// Files under names that people know from elsewhere, or that their computer has made.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cardTemplates } from '../../../scripts/image/card-templates.ts';
import { otherName } from '../../../src/card/other-names.ts';
import { lines, MemoryCard } from '../../support/card-contents.ts';
import { publicKeyLine } from '../../support/public-keys.ts';

const wifi = 'country=SE\nname=Home\npassword=correct horse\n';
const key = publicKeyLine('me@laptop');
const token = 'xoxb-1234-abcd';

/** A new card, and these files beside those that it came with. */
async function start(files: Readonly<Record<string, string | Uint8Array>>) {
  const card = new MemoryCard(cardTemplates());
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'string') card.places.card.set(name, content);
    else card.bytes.set(name, content);
  }
  const { notes } = await card.start();
  return { card, said: lines(notes).join('\n') };
}

const hasWifi = (card: MemoryCard) =>
  (card.places.run.get('wpa_supplicant-wlan0.conf') ?? '').includes(
    `ssid=${Buffer.from('Home').toString('hex')}`,
  );

describe('beside the untouched wifi.txt, a file that is meant for it is moved into it', () => {
  for (const [name, text] of [
    ['wpa_supplicant.conf', 'network={\n ssid="Home"\n psk="correct horse"\n}\n'],
    ['wpa_supplicant.conf.txt', 'network={\n ssid="Home"\n psk="correct horse"\n}\n'],
    ['Wi-Fi.txt', wifi],
    ['wifi (1).txt', wifi],
    ['wifi - Copy.txt', wifi],
    ['wifi – Kopie (2).txt', wifi],
    ['Copy of wifi.txt', wifi],
    ['wifi copy.txt', wifi],
    ['wifi 2.txt', wifi],
    ['wifi.conf', wifi],
    ['wifi.txt.conf', wifi],
    ['WLAN.TXT', wifi],
    ['wifi_settings.txt', wifi],
    ['our wifi.txt', wifi],
    ['network.txt', wifi],
    ['ssid.txt', wifi],
    ['wfi.txt', wifi],
    ['wifi.json', '{"ssid": "Home", "psk": "correct horse"}'],
    ['network-config', 'wifis: {w: {access-points: {Home: {password: correct horse}}}}\n'],
    ['preconfigured.nmconnection', '[wifi]\nssid=Home\n[wifi-security]\npsk=correct horse\n'],
  ] as const) {
    test(name, async () => {
      const { card, said } = await start({ [name]: text });
      assert.ok(hasWifi(card), said);
      assert.ok(said.includes(`hint: ${name} was moved to wifi.txt`), said);
      assert.equal(card.places.card.has(name), false);
      assert.doesNotMatch([...card.places.card.values()].join('\n'), /correct horse/);
      const again = await card.start();
      assert.ok(hasWifi(card));
      assert.match(lines(again.notes).join('\n'), /fine: wifi\.txt: Wi-Fi "Home" configured/);
      assert.ok(again.steps.every(({ place }) => place !== 'card' && place !== 'state'));
    });
  }

  test('a power cut after any step: the next starts come to the same end', async () => {
    const files = { ...cardTemplates(), 'wpa_supplicant.conf': wifi, 'slack_token.txt': token };
    const { steps } = await new MemoryCard(files).start();
    for (let cut = 0; cut < steps.length; cut += 1) {
      const card = new MemoryCard(files);
      await card.start(cut);
      await card.start();
      await card.start();
      assert.ok(hasWifi(card), `cut ${cut}`);
      assert.equal(card.places.credentials.get('slack-token'), token, `cut ${cut}`);
      assert.doesNotMatch([...card.places.card.values()].join('\n'), /horse|xoxb-1/, `cut ${cut}`);
    }
  });
});

describe('what is not read is named, with what to do', () => {
  for (const [name, content, said] of [
    ['wifi.rtf', '{\\rtf1 name=Home}', /wrong: wifi\.rtf is saved as rich text .* Make Plain Text/],
    ['wifi.docx', Buffer.from('PK\u0003\u0004'), /wrong: wifi\.docx is a word processor document/],
    ['ssh', '', /hint: ssh is ignored\. Fix: put your public key into authorized_keys/],
    ['SSH.txt', '', /hint: SSH\.txt is ignored\. Fix: .*authorized_keys/],
    ['userconf.txt', 'pi:$6$abc\n', /hint: userconf\.txt is ignored\. Fix: .*the user root/],
    ['user-data', '#cloud-config\n', /hint: user-data is ignored\. Fix: .*wifi\.txt/],
    ['firstrun.sh', '#!/bin/bash\n', /hint: firstrun\.sh is ignored\. Fix: .*wifi\.txt/],
    ['custom.toml', '[wlan]\n', /hint: custom\.toml is ignored\. Fix: .*wifi\.txt/],
    ['network-config', '# nothing\n', /hint: network-config is ignored: it has nothing for wifi/],
    [
      'new_password.txt',
      '',
      /hint: new_password\.txt is ignored\. Fix: rename it to new-password\.txt/,
    ],
    ['slack_token.txt', 'xapp-1\n', /hint: slack_token\.txt is ignored: it has nothing for slack/],
    ['config.yaml', 'a: b\n', /hint: config\.yaml is ignored: it has nothing for blinky\.yaml/],
    ['id_rsa.pub', 'nothing\n', /hint: id_rsa\.pub is ignored: it has nothing for authorized/],
  ] as const) {
    test(name, async () => {
      const result = await start({ [name]: content });
      assert.match(result.said, said);
    });
  }

  test('beside a wifi.txt that somebody has written', async () => {
    const { card, said } = await start({
      'wifi.txt': 'name=Office\npassword=\n',
      'wifi (1).txt': wifi,
    });
    assert.equal(hasWifi(card), false);
    assert.match(
      said,
      /hint: wifi \(1\)\.txt is ignored, because wifi\.txt is used\. Fix: copy what you need to wifi\.txt, then delete wifi \(1\)\.txt/,
    );
  });

  test('two that may be meant: neither is guessed, and the stored Wi-Fi stays', async () => {
    const { card } = await start({ 'wpa_supplicant.conf': wifi });
    card.places.card.set('wifi.txt', cardTemplates()['wifi.txt'] ?? '');
    card.places.card.set('wifi (1).txt', wifi.replace('Home', 'Office'));
    card.places.card.set('wifi.conf', wifi.replace('Home', 'Guests'));
    const { notes } = await card.start();
    assert.ok(hasWifi(card));
    assert.match(
      lines(notes).join('\n'),
      /wrong: wifi \(1\)\.txt, wifi\.conf: unclear which one to use\. Fix: copy the right one to wifi\.txt/,
    );
  });

  test('a copy of what is stored is deleted, for it has the password in it', async () => {
    const { card } = await start({ 'wifi.txt': wifi });
    card.places.card.set('wifi - Copy.txt', wifi);
    const { notes } = await card.start();
    assert.equal(card.places.card.has('wifi - Copy.txt'), false);
    assert.match(lines(notes).join('\n'), /hint: wifi - Copy\.txt was deleted, because its pass/);
    assert.ok(hasWifi(card));
  });

  test('copies of the file as it came say nothing', async () => {
    const { said } = await start({ 'wifi - Copy.txt': cardTemplates()['wifi.txt'] ?? '' });
    assert.doesNotMatch(said, /Copy/);
    assert.match(said, /fine: wifi\.txt: no Wi-Fi configured/);
  });
});

test('what computers put there by themselves, and what the Pi starts from, is not mentioned', async () => {
  const names = [
    ...['._wifi.txt', '.DS_Store', '._.Trashes', 'wifi.txt~', '.wifi.txt.swp', '~$wifi.docx'],
    ...[
      'wiki.txt',
      'blink.txt',
      'Thumbs.db',
      'desktop.ini',
      'config.txt',
      'cmdline.txt',
      'start4.elf',
      'bootcode.bin',
    ],
    ...['password.txt', 'result.txt', 'README.txt', 'meta-data', 'holiday.jpg', 'blinky.pub.jpg'],
  ];
  for (const name of names) assert.ok((otherName(name)?.isGuess ?? true) === true, name);
  const { said } = await start(Object.fromEntries(names.map((name) => [name, 'a text'])));
  for (const name of names) assert.ok(!said.includes(`${name} `), name);
});

describe('keys for SSH', () => {
  for (const name of [
    'id_ed25519.pub',
    'id_rsa.pub',
    'anna.pub.txt',
    'authorized-keys',
    'Authorized Keys.txt',
    'authorised_keys',
    'authorized_keys (1)',
    'ssh_key.txt',
    'autorized_keys',
    'ssh.txt',
  ]) {
    test(`${name} beside the untouched authorized_keys is copied into it`, async () => {
      const { card, said } = await start({ [name]: `${key}\r\n` });
      assert.match(card.places.run.get('authorized_keys') ?? '', /me@laptop/);
      assert.ok(said.includes(`fine: ${name}: one key, so SSH is on`), said);
      assert.match(card.places.card.get('authorized_keys') ?? '', /me@laptop/);
      const { notes, steps } = await card.start();
      assert.doesNotMatch(lines(notes).join('\n'), /not read/);
      assert.ok(steps.every(({ place }) => place !== 'card' && place !== 'state'));
    });
  }

  test('whoever takes the key away does not get it back from the other file', async () => {
    const { card } = await start({ 'id_rsa.pub': key });
    const off = async (text: string) => {
      card.places.card.set('authorized_keys', text);
      for (let starts = 0; starts < 2; starts += 1) {
        const { notes } = await card.start();
        assert.equal(card.places.run.has('authorized_keys'), false);
        assert.equal(card.places.state.has('authorized_keys'), false);
        assert.match(
          lines(notes).join('\n'),
          /hint: id_rsa\.pub is ignored, because authorized_keys/,
        );
      }
    };
    await off((card.places.card.get('authorized_keys') ?? '').replace(key, ''));
    card.places.card.set('authorized_keys', key);
    await card.start();
    await off(cardTemplates()['authorized_keys'] ?? '');
  });

  test('an authorized_keys that is there counts alone', async () => {
    const other = publicKeyLine('other');
    const { card, said } = await start({ authorized_keys: other, 'id_rsa.pub': key });
    assert.equal(card.places.run.get('authorized_keys'), `${other}\n`);
    assert.match(said, /hint: id_rsa\.pub is ignored, because authorized_keys is used/);
  });

  for (const [name, text] of [
    ['id_ed25519', '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n'],
    ['id_rsa.txt', '-----BEGIN RSA PRIVATE KEY-----\nabc\n'],
    ['id_rsa.pub', `-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n${key}\n`],
    ['pi.ppk', 'PuTTY-User-Key-File-3: ssh-ed25519\nabc\n'],
    ['authorized-keys', '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n'],
  ] as const) {
    test(`${name} with a private key is never taken`, async () => {
      const { card, said } = await start({ [name]: text });
      assert.equal(card.places.run.has('authorized_keys'), false);
      assert.ok(said.includes(`wrong: ${name} is a private key`), said);
      assert.match(said, /Fix: delete it from the card/);
    });
  }
});

describe('the Slack token and the settings', () => {
  for (const name of ['slack_token.txt', 'Slack Token.txt', 'slacktoken', 'slack-token (1).txt']) {
    test(`${name} is read, and the token taken off the card`, async () => {
      const { card } = await start({ [name]: `${token}\n` });
      assert.equal(card.places.credentials.get('slack-token'), token);
      assert.doesNotMatch([...card.places.card.values()].join('\n'), /xoxb-1/);
      await card.start();
      assert.equal(card.places.credentials.get('slack-token'), token);
    });
  }

  const settings = 'Butler:\n  logLevel: debug\n';
  for (const name of [
    ...['blinky.yaml.yaml', 'blinky.yml', 'Blinky.YML.txt', 'production.yaml', 'butler.yml'],
    ...['blinky (1).yaml', 'blinky - Copy.yaml', 'blinky.conf'],
  ]) {
    test(`${name} counts beside the untouched blinky.yaml, under its own name`, async () => {
      const { card, said } = await start({ [name]: settings });
      assert.equal(card.places.run.get('blinky.yaml'), settings);
      assert.ok(said.includes(`fine: ${name}: applied`), said);
      assert.ok((card.places.run.get('environment') ?? '').includes(`CONFIG_NAME=${name}\n`));
    });
  }

  test('a blinky.yaml with settings counts alone', async () => {
    const own = 'Butler:\n  logLevel: error\n';
    const { card, said } = await start({ 'blinky.yaml': own, 'production.yaml': settings });
    assert.equal(card.places.run.get('blinky.yaml'), own);
    assert.match(said, /hint: production\.yaml is ignored, because blinky\.yaml is used/);
  });

  test('a damaged blinky.yaml is wrong, and opens nothing that was closed', async () => {
    const { card } = await start({
      'blinky.yaml': 'Butler:\n  brokerConfig:\n    access: { anonymous: none }\n',
    });
    card.places.card.delete('blinky.yaml');
    for (const bytes of [new Uint8Array(300), Buffer.from('{\\rtf1 Butler:}')]) {
      card.bytes.set('blinky.yaml', bytes);
      const { notes } = await card.start();
      assert.match(lines(notes).join('\n'), /wrong: blinky\.yaml is (damaged|saved as rich text)/);
      assert.match(card.places.run.get('defaults.yaml') ?? '', /anonymous: none/);
      assert.match(card.places.state.get('blinky.yaml') ?? '', /anonymous: none/);
    }
  });
});
