// The program that reads the card, on folders that stand for its partitions.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cardTemplates } from '../../../scripts/image/card-templates.ts';
import { verifyPassword } from '../../../src/access/password.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { publicKeyLine } from '../../support/public-keys.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A card as it comes from the image, and all that goes with it. */
class CardOnDisk {
  readonly #folder: string;

  constructor(context: TestContext) {
    this.#folder = temporaryFolder(context);
    mkdirSync(this.path('boot'));
    for (const [name, text] of Object.entries(cardTemplates())) this.write(name, text);
  }

  path(...names: string[]): string {
    return join(this.#folder, ...names);
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.path('boot', name), content);
  }

  read(...names: string[]): string {
    return readFileSync(this.path(...names), 'utf8');
  }

  /** One start. Resolves with what the program printed. */
  async start(...options: string[]): Promise<string> {
    rmSync(this.path('run'), { recursive: true, force: true });
    const places = ['boot', 'state', 'run', 'credentials', 'issue'].flatMap((place) => [
      `--${place}`,
      this.path(place),
    ]);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import=tsx', join(root, 'src/card/read-card.ts'), ...places, ...options],
      { cwd: root },
    );
    return stdout;
  }

  /** The settings that the service takes from this. */
  config() {
    const environment = Object.fromEntries(
      this.read('run', 'environment')
        .trim()
        .split('\n')
        .map((line) => line.split('=', 2) as [string, string]),
    );
    const defaultsFile = environment['BLINKY_DEFAULTS'];
    return loadConfig({ environment, defaultsFile }).config;
  }
}

/** What the unit runs when reading the card has failed so. */
function fail(card: CardOnDisk, result: string): void {
  rmSync(card.path('run'), { recursive: true, force: true });
  rmSync(card.path('credentials'), { recursive: true, force: true });
  mkdirSync(card.path('run'));
  execFileSync(
    join(root, 'systemd/last-settings'),
    ['state', 'run', 'credentials'].map((place) => card.path(place)),
    { env: { ...process.env, SERVICE_RESULT: result } },
  );
}

const permissions = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('the card', () => {
  test('as it comes: nothing is wrong, the page is on port 80, and the password is right', async (context) => {
    const card = new CardOnDisk(context);
    const printed = await card.start();
    assert.doesNotMatch(printed, /<4>/);
    assert.match(card.read('boot', 'result.txt'), /No problems found\./);
    const { webConfig, brokerConfig } = card.config();
    assert.equal(webConfig.port, 80);
    const [user] = brokerConfig.access.users;
    assert.equal(user?.name, 'blinky');
    const [, password = ''] = /^Password: (\S+)\r$/m.exec(card.read('boot', 'password.txt')) ?? [];
    assert.equal(await verifyPassword(password, user?.passwordHash ?? ''), true);
    assert.doesNotMatch(printed, new RegExp(password));
    assert.ok(!readdirSync(card.path('run')).includes('wpa_supplicant-wlan0.conf'));
    assert.ok(!readdirSync(card.path('run')).includes('authorized_keys'));
  });

  test('two cards get two passwords', async (context) => {
    const cards = [new CardOnDisk(context), new CardOnDisk(context)] as const;
    await Promise.all(cards.map((card) => card.start()));
    assert.notEqual(cards[0].read('boot', 'password.txt'), cards[1].read('boot', 'password.txt'));
  });

  test('files from Notepad; secrets are readable by those only who need them', async (context) => {
    const card = new CardOnDisk(context);
    card.write('blinky.yaml', Buffer.from('\ufeffButler:\r\n  logLevel: debug\r\n', 'utf16le'));
    rmSync(card.path('boot', 'wifi.txt'));
    card.write('WiFi.txt.txt', '\ufeffname: Home\r\npassword: “correct horse”\r\n');
    card.write('slack-token.txt', 'xoxb-1234-abcd\r\n');
    await card.start();
    assert.equal(card.config().logLevel, 'debug');
    assert.match(card.read('boot', 'WiFi.txt.txt'), /^name: Home\r\npassword:\(stored/);
    assert.equal(card.read('credentials', 'slack-token'), 'xoxb-1234-abcd');
    assert.equal(permissions(card.path('run', 'wpa_supplicant-wlan0.conf')), '600');
    assert.equal(permissions(card.path('run', 'defaults.yaml')), '640');
    assert.equal(permissions(card.path('credentials', 'slack-token')), '600');
    for (const file of readdirSync(card.path('state')).filter((name) => name !== 'last-settings')) {
      assert.equal(permissions(card.path('state', file)), '600', file);
    }
    const kept = { run: 'blinky-card', credentials: 'credstore' };
    for (const [place, folder] of Object.entries(kept)) {
      for (const file of readdirSync(card.path(place))) {
        const ofKept = permissions(card.path('state', 'last-settings', folder, file));
        assert.equal(ofKept, permissions(card.path(place, file)), `${file}, kept`);
      }
    }
  });

  test('the password of the Wi-Fi does not stay behind in what the file was', async (context) => {
    const card = new CardOnDisk(context);
    card.write('wifi.txt', 'name=Home\npassword=correct horse\n');
    linkSync(card.path('boot', 'wifi.txt'), card.path('before'));
    await card.start();
    assert.match(card.read('before'), /^\0+$/);
  });

  test('a file that is meant for wifi.txt is moved into it, and nothing of it stays behind', async (context) => {
    const card = new CardOnDisk(context);
    card.write('wpa_supplicant.conf', 'network={\n ssid="Home"\n psk="correct horse"\n}\n');
    card.write('id_ed25519.pub', publicKeyLine('me@laptop'));
    linkSync(card.path('boot', 'wpa_supplicant.conf'), card.path('before'));
    await card.start();
    assert.match(card.read('before'), /^\0+$/);
    assert.equal(existsSync(card.path('boot', 'wpa_supplicant.conf')), false);
    assert.match(card.read('boot', 'wifi.txt'), /^name=Home\r\npassword=\(stored/m);
    assert.match(card.read('run', 'wpa_supplicant-wlan0.conf'), /psk=[\da-f]{64}\n/);
    assert.match(card.read('run', 'authorized_keys'), /me@laptop/);
    assert.match(card.read('boot', 'authorized_keys'), /me@laptop/);
    const result = card.read('boot', 'result.txt');
    assert.match(result, /ok {7}wpa_supplicant\.conf: Wi-Fi "Home" configured/);
    assert.match(result, /note {5}wpa_supplicant\.conf was moved to wifi\.txt/);
  });

  test('a file that is not understood leaves what is stored, and result.txt says what to do', async (context) => {
    const card = new CardOnDisk(context);
    card.write('wifi.txt', 'name=Home\npassword=correct horse\n');
    card.write('authorized_keys', publicKeyLine('me@laptop'));
    await card.start();
    card.write('wifi.txt', new Uint8Array(200));
    card.write('authorized_keys', '{\\rtf1 }');
    card.write('wifi (1).txt', 'x'.repeat(300 * 1024));
    mkdirSync(card.path('boot', 'wifi.rtfd'));
    mkdirSync(card.path('boot', 'overlays'));
    await card.start();
    assert.match(card.read('run', 'wpa_supplicant-wlan0.conf'), /psk=[\da-f]{64}\n/);
    assert.match(card.read('run', 'authorized_keys'), /me@laptop/);
    const result = card.read('boot', 'result.txt');
    assert.match(result, /PROBLEM {2}wifi\.txt is damaged/);
    assert.match(result, /PROBLEM {2}authorized_keys is saved as rich text/);
    assert.match(result, /note {5}wifi \(1\)\.txt is ignored: it is larger than 256 kB/);
    assert.match(result, /note {5}wifi\.rtfd is ignored: it is saved as rich text/);
    assert.doesNotMatch(result, /overlays/);
  });

  test('a wrong blinky.yaml is left to the service to explain, which has defaults to run on', async (context) => {
    const card = new CardOnDisk(context);
    card.write('blinky.yaml', 'Butler:\n  webConfig:\n    port: 99999\n');
    const printed = await card.start();
    const problem = /blinky\.yaml:3: Butler\.webConfig\.port: found 99999; allowed: a port number/;
    assert.match(printed, problem);
    assert.match(card.read('boot', 'result.txt'), problem);
    assert.match(card.read('issue', '50-blinky.issue'), problem);
    assert.throws(() => card.config(), /^ConfigError: blinky\.yaml:3: /);
    assert.match(card.read('run', 'defaults.yaml'), /port: 80\n/);
  });

  test('a start that changes nothing does not touch the card', async (context) => {
    const card = new CardOnDisk(context);
    await card.start();
    await card.start();
    const touched = () => statSync(card.path('boot')).mtimeMs;
    const before = touched();
    await card.start();
    assert.equal(touched(), before);
  });

  test('what can not be kept is said, and in force all the same', async (context) => {
    const card = new CardOnDisk(context);
    mkdirSync(card.path('boot', 'password.txt', 'in-the-way'), { recursive: true });
    const printed = await card.start();
    assert.match(printed, /<4>could not write password\.txt on the card: /);
    assert.equal(card.config().brokerConfig.access.users.length, 1);
    assert.deepEqual(readdirSync(card.path('state')).sort(), ['blinky.yaml', 'last-settings']);
  });

  test('where reading it fails, all that was in force at the start before is, and is said to be', async (context) => {
    const card = new CardOnDisk(context);
    card.write('blinky.yaml', 'Butler:\n  brokerConfig:\n    access:\n      anonymous: none\n');
    card.write('wifi.txt', 'name=Home\npassword=correct horse\n');
    card.write('slack-token.txt', 'xoxb-1234-abcd\n');
    await card.start();
    const inForce = readdirSync(card.path('run')).sort();
    assert.equal(inForce.length, 4);
    const contents = inForce.map((file) => card.read('run', file));

    fail(card, 'timeout');
    assert.equal(card.config().brokerConfig.access.anonymous, 'none');
    assert.equal(card.read('credentials', 'slack-token'), 'xoxb-1234-abcd');
    const said =
      'BLINKY_CONFIG_FAULT="the settings on the card could not be read at this start (timeout), so the previous settings are used"\n';
    assert.deepEqual(
      inForce.map((file) => card.read('run', file).replace(said, '')),
      contents,
    );
    assert.ok(card.read('run', 'environment').endsWith(said));
    assert.equal(permissions(card.path('run', 'defaults.yaml')), '640');

    await card.start();
    assert.doesNotMatch(card.read('run', 'environment'), /CONFIG_FAULT/);
  });

  test('what was taken back is not in force after a failure, either', async (context) => {
    const card = new CardOnDisk(context);
    card.write('authorized_keys', publicKeyLine('me'));
    card.write('slack-token.txt', 'xoxb-1234-abcd\n');
    await card.start();
    card.write('authorized_keys', '');
    card.write('slack-token.txt', 'none\n');
    await card.start();
    fail(card, 'exit-code');
    assert.ok(!existsSync(card.path('run', 'authorized_keys')));
    assert.ok(!existsSync(card.path('credentials', 'slack-token')));
  });

  test('at a first start that fails the defaults are in force, and are said to be', (context) => {
    const card = new CardOnDisk(context);
    fail(card, 'timeout');
    assert.match(card.read('run', 'environment'), /so the default settings are used"\n$/);
  });

  test('a start that succeeds leaves everything as it is', async (context) => {
    const card = new CardOnDisk(context);
    fail(card, 'success');
    assert.deepEqual(readdirSync(card.path('run')), []);
  });

  test('where the partition is not mounted, what is stored is in force, and no password is lost', async (context) => {
    const card = new CardOnDisk(context);
    card.write('wifi.txt', 'name=Home\npassword=correct horse\n');
    await card.start();
    rmSync(card.path('boot'), { recursive: true });
    rmSync(card.path('state', 'password-hash'));
    mkdirSync(card.path('boot'));
    // It can't be mounted for writing, for it is a folder like any other.
    const printed = await card.start('--remount');
    assert.match(printed, /<4>could not write password\.txt on the card: /);
    assert.deepEqual(readdirSync(card.path('boot')), []);
    assert.ok(!readdirSync(card.path('state')).includes('password-hash'));
    assert.match(card.read('run', 'wpa_supplicant-wlan0.conf'), /psk=[\da-f]{64}\n/);
  });
});
