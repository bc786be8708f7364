import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyParts } from '../../../src/card/apply.ts';
import { fine } from '../../../src/card/plan.ts';
import { resultText } from '../../../src/card/result.ts';
import { preSharedKey } from '../../../src/card/wifi-network.ts';
import { lines, MemoryCard } from '../../support/card-contents.ts';

const password = (card: MemoryCard) =>
  /^Password: (\S+)/m.exec(card.places.card.get('password.txt') ?? '')?.[1];

const wifiText = 'country=SE\nname=Home\npassword=correct horse\n';
const token = 'xoxb-1234-abcd';

describe('the card', () => {
  test('at its first start: a password on the card and the console, only its hash kept', async () => {
    const card = new MemoryCard();
    await card.start();
    assert.equal(password(card), 'password-1');
    assert.match(card.places.issue.get('50-blinky.issue') ?? '', /Password: password-1 /);
    assert.deepEqual([...card.places.state], [['password-hash', 'hash of password-1']]);
    assert.match(card.places.run.get('defaults.yaml') ?? '', /passwordHash: hash of password-1/);
  });

  test('later starts keep the password, whether its file is there or not, and do not show it', async () => {
    const card = new MemoryCard();
    await card.start();
    card.places.card.delete('password.txt');
    await card.start();
    assert.equal(card.places.card.has('password.txt'), false);
    assert.match(card.places.run.get('defaults.yaml') ?? '', /passwordHash: hash of password-1/);
    assert.doesNotMatch(card.places.issue.get('50-blinky.issue') ?? '', /Password/);
  });

  test('new-password.txt makes another one, once', async () => {
    const card = new MemoryCard();
    await card.start();
    card.places.card.set('New-Password.txt.txt', '');
    await card.start();
    await card.start();
    assert.equal(password(card), 'password-2');
    assert.equal(card.places.card.has('New-Password.txt.txt'), false);
    assert.equal(card.places.state.get('password-hash'), 'hash of password-2');
  });

  test('no password is made where blinky.yaml has users of its own', async () => {
    const card = new MemoryCard({
      'blinky.yaml': 'Butler:\n  brokerConfig:\n    access: { users: [] }\n',
    });
    await card.start();
    assert.equal(card.places.card.has('password.txt'), false);
    assert.match(card.places.run.get('defaults.yaml') ?? '', /users: \[\]/);
  });

  test('the password of the Wi-Fi is stored as a key and taken off the card', async () => {
    const card = new MemoryCard({ 'wifi.txt': wifiText });
    const { notes } = await card.start();
    assert.match(lines(notes).join('\n'), /fine: wifi\.txt: Wi-Fi "Home" configured/);
    for (const place of Object.values(card.places)) {
      assert.doesNotMatch([...place.values()].join('\n'), /correct horse/);
    }
    assert.match(card.places.card.get('wifi.txt') ?? '', /^name=Home\r\npassword=\(stored/m);
    const before = card.places.run.get('wpa_supplicant-wlan0.conf');
    assert.match(before ?? '', new RegExp(`psk=${preSharedKey('Home', 'correct horse')}`));
    await card.start();
    assert.equal(card.places.run.get('wpa_supplicant-wlan0.conf'), before);
  });

  test('with the password stored, the country may change; for another name it is asked for', async () => {
    const card = new MemoryCard({ 'wifi.txt': wifiText });
    await card.start();
    const file = card.places.card.get('wifi.txt') ?? '';
    card.places.card.set('wifi.txt', file.replace('SE', 'DE'));
    await card.start();
    assert.match(card.places.run.get('wpa_supplicant-wlan0.conf') ?? '', /country=DE/);
    card.places.card.set('wifi.txt', file.replace('Home', 'Office'));
    const { notes } = await card.start();
    assert.match(
      lines(notes).join('\n'),
      /wrong: wifi\.txt: the name has changed. Fix: enter the password again/,
    );
    assert.match(card.places.run.get('wpa_supplicant-wlan0.conf') ?? '', /ssid=486f6d65\n/);
  });

  test('a mistake in wifi.txt leaves the Wi-Fi that was; an empty name takes it away', async () => {
    const card = new MemoryCard({ 'wifi.txt': wifiText });
    await card.start();
    card.places.card.set('wifi.txt', 'name=Home\npassword=short\n');
    await card.start();
    assert.ok(card.places.run.has('wpa_supplicant-wlan0.conf'));
    card.places.card.delete('wifi.txt');
    await card.start();
    assert.ok(card.places.run.has('wpa_supplicant-wlan0.conf'));
    card.places.card.set('wifi.txt', 'name=\npassword=\n');
    await card.start();
    assert.equal(card.places.run.has('wpa_supplicant-wlan0.conf'), false);
    assert.equal(card.places.state.has('wifi.json'), false);
  });

  test('the Slack token goes to the service and off the card, and can be taken back', async () => {
    const card = new MemoryCard({ 'slack-token.txt': ` “${token}” \n` });
    await card.start();
    assert.equal(card.places.credentials.get('slack-token'), token);
    assert.doesNotMatch(card.places.card.get('slack-token.txt') ?? '', /xoxb-1234/);
    await card.start();
    assert.equal(card.places.credentials.get('slack-token'), token);
    card.places.card.set('slack-token.txt', 'none\n');
    await card.start();
    assert.equal(card.places.credentials.has('slack-token'), false);
    assert.equal(card.places.state.has('slack-token'), false);
    card.places.card.set('slack-token.txt', 'xapp-secret\n');
    const { notes } = await card.start();
    assert.match(
      lines(notes).join('\n'),
      /wrong: slack-token\.txt, line 1: this is not a Slack bot token/,
    );
    assert.doesNotMatch(lines(notes).join('\n'), /secret/);
  });

  test('a start that changes nothing writes neither card nor state', async () => {
    const card = new MemoryCard({
      'blinky.yaml': 'Butler:\n',
      'wifi.txt': wifiText,
      'slack-token.txt': token,
    });
    await card.start();
    const { steps } = await card.start();
    assert.deepEqual(
      steps.filter(({ place }) => place === 'card' || place === 'state'),
      [],
    );
  });

  test('a power cut after any step: the next start comes to the same end', async () => {
    const files = {
      'blinky.yaml': 'Butler:\n  logLevel: debug\n',
      'wifi.txt': wifiText,
      'slack-token.txt': token,
      'new-password.txt': '',
    };
    const { steps } = await new MemoryCard(files).start();
    for (let cut = 0; cut < steps.length; cut += 1) {
      const card = new MemoryCard(files);
      await card.start(cut);
      await card.start();
      const { card: fat, state, run, credentials } = card.places;
      assert.equal(state.get('password-hash'), `hash of ${password(card)}`, `cut ${cut}`);
      assert.match(run.get('wpa_supplicant-wlan0.conf') ?? '', /psk=[\da-f]{64}/, `cut ${cut}`);
      assert.match(fat.get('wifi.txt') ?? '', /password=\(stored/, `cut ${cut}`);
      assert.equal(credentials.get('slack-token'), token, `cut ${cut}`);
      assert.equal(fat.has('new-password.txt'), false, `cut ${cut}`);
      assert.equal(state.get('blinky.yaml'), 'Butler:\n  logLevel: debug\n', `cut ${cut}`);
    }
  });
});

test('what can not be written is said, and the rest of that part left for the next start', () => {
  const taken: string[] = [];
  const notes = applyParts(
    [
      {
        notes: [fine('one')],
        steps: ['a', 'b', 'c'].map((file) => ({ place: 'card', file, content: '' })),
      },
      { notes: [fine('two')], steps: [{ place: 'state', file: 'd', content: '' }] },
    ],
    {
      take: ({ file }) => {
        if (file === 'b') throw new Error('ENOSPC: no space left on device, write');
        taken.push(file);
      },
    },
  );
  assert.deepEqual(taken, ['a', 'd']);
  assert.deepEqual(lines(notes), [
    'fine: one',
    'wrong: could not write b on the card: ENOSPC: no space left on device, write. The card may be full, write-protected or worn out',
    'fine: two',
  ]);
});

test('result.txt says first what is to be mended', () => {
  const text = resultText([fine('one'), { kind: 'wrong', text: 'two' }], '1.2.3');
  assert.match(
    text,
    /Blinky Light 1\.2\.3 read this card at its last start\. 1 problem found\.\r\n\r\nPROBLEM {2}two\r\nok {7}one\r\n/,
  );
});
