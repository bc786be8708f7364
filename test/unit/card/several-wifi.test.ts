import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { preSharedKey } from '../../../src/card/wifi-network.ts';
import { lines, MemoryCard } from '../../support/card-contents.ts';

const configurationOf = (card: MemoryCard) =>
  card.places.run.get('wpa_supplicant-wlan0.conf') ?? '';

/** Name, and its key or what it has for one, of each network in force. */
const networksIn = (card: MemoryCard) =>
  [...configurationOf(card).matchAll(/\tssid=(\w+)\n\tscan_ssid=1\n\t(?:psk=)?(\S+)/g)].map(
    ([, ssid = '', key = '']) => [Buffer.from(ssid, 'hex').toString(), key],
  );

const home = ['Home', preSharedKey('Home', 'correct horse')];
const office = ['Office', preSharedKey('Office', 'battery staple')];
const guests = ['Guests', 'key_mgmt=NONE'];

describe('several networks are all kept, the first one preferred', () => {
  for (const [layout, text, expected] of [
    [
      'two names',
      'name=Home\npassword=correct horse\nname=Office\npassword=battery staple\n',
      [home, office],
    ],
    [
      'passwords first',
      'password=correct horse\nname=Home\npassword=battery staple\nname=Office\n',
      [home, office],
    ],
    [
      'numbers behind the keys',
      'name1=Home\nname2=Office\npassword1=correct horse\npassword2=battery staple\n',
      [home, office],
    ],
    [
      'numbers within the keys',
      'WIFI1_SSID=Home\nWIFI1_PASSWORD=correct horse\nWIFI2_SSID=Guests\nWIFI2_PASSWORD=\n',
      [home, guests],
    ],
    [
      'an open second one',
      'name=Home\npassword=correct horse\n\nname=Guests\npassword=\n',
      [home, guests],
    ],
    [
      'below the empty lines of the file as it came',
      'country=\nname=\npassword=\n\nname=Home\npassword=correct horse\nname=Office\npassword=battery staple\n',
      [home, office],
    ],
    [
      'two blocks',
      'network={\n ssid="Home"\n psk="correct horse"\n}\nnetwork={\n ssid="Guests"\n key_mgmt=NONE\n}\n',
      [home, guests],
    ],
    [
      'blocks with priorities',
      'network={\n ssid="Home"\n psk="correct horse"\n priority=1\n}\nnetwork={\n ssid="Office"\n psk="battery staple"\n priority=5\n}\n',
      [office, home],
    ],
    [
      'netplan',
      'wifis:\n  wlan0:\n    access-points:\n      Home: {password: correct horse}\n      Guests: {}\n',
      [home, guests],
    ],
    [
      'JSON',
      '[{"ssid": "Home", "psk": "correct horse"}, {"ssid": "Office", "psk": "battery staple"}]',
      [home, office],
    ],
  ] as const) {
    test(layout, async () => {
      const card = new MemoryCard({ 'wifi.txt': text });
      const { notes } = await card.start();
      assert.deepEqual(networksIn(card), expected);
      const said = lines(notes).join('\n');
      for (const [name] of expected) assert.match(said, new RegExp(`fine: .*"${name}" configured`));
      assert.match(
        said,
        /hint: wifi\.txt: if several networks are in range, the Pi joins the first one/,
      );
      assert.doesNotMatch(card.places.card.get('wifi.txt') ?? '', /correct horse|battery staple/);
      const before = configurationOf(card);
      card.places.card.delete('wifi.txt');
      await card.start();
      assert.equal(configurationOf(card), before, 'without the file');
    });
  }

  test('marks of stored passwords belong to their names, in any order', async () => {
    const card = new MemoryCard({
      'wifi.txt': 'name=Home\npassword=correct horse\nname=Office\npassword=battery staple\n',
    });
    await card.start();
    const [first, second] = (card.places.card.get('wifi.txt') ?? '').split(/(?=name=Office)/);
    card.places.card.set('wifi.txt', `${second}${first}`);
    await card.start();
    assert.deepEqual(networksIn(card), [office, home]);
    card.places.card.set('wifi.txt', `${first}`);
    await card.start();
    assert.deepEqual(networksIn(card), [home], 'the other one was deleted');
  });

  test('a mistake in one loses neither it nor the others', async () => {
    const text = 'name=Home\npassword=correct horse\nname=Office\npassword=battery staple\n';
    const card = new MemoryCard({ 'wifi.txt': text });
    await card.start();
    card.places.card.set('wifi.txt', text.replace('battery staple', 'short'));
    const { notes } = await card.start();
    assert.deepEqual(networksIn(card), [home, office]);
    assert.match(
      lines(notes).join('\n'),
      /wrong: wifi\.txt, line 4: the password has 5 characters/,
    );
    assert.match(card.places.card.get('wifi.txt') ?? '', /password=short/);
  });

  test('beside a Wi-Fi that asks for a user name, the other one is joined', async () => {
    const card = new MemoryCard({
      'wifi.txt':
        'network={\n ssid="eduroam"\n key_mgmt=WPA-EAP\n identity="me"\n}\nnetwork={\n ssid="Home"\n psk="correct horse"\n}\n',
    });
    const { notes } = await card.start();
    assert.deepEqual(networksIn(card), [home]);
    assert.match(lines(notes).join('\n'), /wrong: .*"eduroam".*user name/);
  });

  test('no more than sixteen are taken', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `name=N${index}\npassword=\n`);
    const card = new MemoryCard({ 'wifi.txt': many.join('') });
    const { notes } = await card.start();
    assert.equal(networksIn(card).length, 16);
    assert.match(lines(notes).join('\n'), /wrong: wifi\.txt: too many Wi-Fi networks \(20\)/);
  });
});

test('what version 1.0 stored is in force, and it reads the first of several', async () => {
  const card = new MemoryCard({ 'wifi.txt': 'name=Home\npassword=correct horse\n' });
  await card.start();
  assert.deepEqual(Object.keys(JSON.parse(card.places.state.get('wifi.json') ?? '')), ['network']);
  card.places.card.set(
    'wifi.txt',
    'name=Home\npassword=(stored)\nname=Office\npassword=battery staple\n',
  );
  await card.start();
  const { network, others } = JSON.parse(card.places.state.get('wifi.json') ?? '');
  assert.deepEqual([network.name, others.length], ['Home', 1]);
});

describe('comments behind values', () => {
  const start = async (text: string) => {
    const card = new MemoryCard({ 'wifi.txt': text });
    return { card, said: lines((await card.start()).notes).join('\n') };
  };

  test('are cut off, and it is said', async () => {
    const { card, said } = await start(
      'country=SE   # Sweden\nname=Home # mine\npassword=correct horse # of the router\n',
    );
    assert.deepEqual(networksIn(card), [home]);
    assert.match(configurationOf(card), /country=SE/);
    for (const [line, what] of [
      [2, 'name'],
      [3, 'password'],
    ]) {
      assert.match(
        said,
        new RegExp(
          `hint: wifi\\.txt, line ${line}: the text after # .* put the whole ${what} in quotes`,
        ),
      );
    }
  });

  test('in quotes, a # belongs to the name or the password', async () => {
    const { card, said } = await start('name="Home #1" # mine\npassword=\'our #1 secret\'\n');
    assert.deepEqual(networksIn(card), [['Home #1', preSharedKey('Home #1', 'our #1 secret')]]);
    assert.doesNotMatch(said, /line 2/);
  });

  test('a # without a blank before it is none', async () => {
    const { card, said } = await start('name=#Home#1\npassword=#secret#1\n');
    assert.deepEqual(networksIn(card), [['#Home#1', preSharedKey('#Home#1', '#secret#1')]]);
    assert.doesNotMatch(said, /taken as a comment/);
  });

  test('a name with a # that was stored before is found again', async () => {
    const { card } = await start('name="Home #1"\npassword=correct horse\n');
    card.places.card.set('wifi.txt', 'name=Home #1\npassword=(stored)\n');
    const { notes } = await card.start();
    assert.doesNotMatch(lines(notes).join('\n'), /wrong/);
    assert.deepEqual(networksIn(card), [['Home #1', preSharedKey('Home #1', 'correct horse')]]);
    card.places.card.set('wifi.txt', 'name=Home #1\npassword=another horse\n');
    await card.start();
    assert.deepEqual(networksIn(card), [['Home #1', preSharedKey('Home #1', 'another horse')]]);
  });

  test('a quote without the other, and two settings on a line, are told', async () => {
    assert.match((await start('name="Home\npassword=\n')).said, /hint: .* one quote is missing/);
    const { card, said } = await start('name="Home" password="correct horse"\n');
    assert.match(said, /wrong: wifi\.txt, line 1: there is text after the quotes/);
    assert.deepEqual(networksIn(card), []);
  });
});
