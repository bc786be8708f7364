// The card image as a user gets it, in a Raspberry Pi 3B (emulated): it comes up by itself, drives
// the pins, keeps its promises about the network and the card, comes back whatever happens to the
// program, and can be brought up to date.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { partitionsOf, readFromCard, takePartitionOffCard, writeToCard } from '../emulator/card.ts';
import { waitFor } from '../support/wait-for.ts';
import { ApplianceOnPi, pins } from './appliance-on-pi.ts';
import { freshCard, imageUnderTest, workFolder } from './cards.ts';

const { green, red } = pins;
const newerVersion = '99.0.0';
const keyFile = join(workFolder, 'ssh-key');
const newerPackage = `blinky-light_${newerVersion}_arm64.deb`;

let card: string;
let appliance: ApplianceOnPi;
let powerOnToReadyMs: number;
const shell = async (command: string, limitMs?: number) =>
  (await appliance.pi.shell(command, limitMs)).output.trim();
const mainProcess = () => shell('systemctl show --property=MainPID --value blinky');

/** What is on the card's root partition, as a checksum. */
function rootOnCard(of: string): string {
  const partition = join(workFolder, 'root.part');
  takePartitionOffCard(of, 2, partition);
  return createHash('sha256').update(readFileSync(partition)).digest('hex');
}

async function anotherProcessThan(before: string, limitMs: number): Promise<void> {
  await waitFor(
    'another process',
    async () => !['0', before].includes(await mainProcess()),
    limitMs,
  );
}

before(async () => {
  execFileSync('scripts/build-deb', ['--arch', 'arm64', '--version', newerVersion]);
  card = freshCard('appliance');
  writeToCard(card, newerPackage, readFileSync(join('build', newerPackage)));
  appliance = await ApplianceOnPi.powerOn(card);
  powerOnToReadyMs = await appliance.ready();
  await appliance.pi.shellReady();
});

after(async () => {
  await appliance?.powerCut();
});

describe('the image on a Pi', { timeout: 900_000 }, () => {
  test('is up by itself, as its own user, and drives the pins', async (context) => {
    context.diagnostic(`power on to /healthz 200: ${Math.round(powerOnToReadyMs / 1000)} s`);
    const user = await shell(`stat --format=%U:%G /proc/${await mainProcess()}`);
    assert.equal(user, 'blinky:gpio');
    assert.deepEqual(
      [await appliance.pi.isOutput(green), await appliance.pi.isOutput(red)],
      [true, true],
    );
    const journal = await shell('journalctl --unit blinky --no-pager --output cat');
    assert.doesNotMatch(journal, /error/i);
    assert.doesNotMatch(journal, /receive buffer/, 'it is smaller than asked for');
    assert.equal(await shell('systemctl --failed --no-legend --plain'), '');
    const { parts } = (await (await fetch(`${appliance.page}/api/status`)).json()) as {
      parts: { network: { state: string; message: string } };
    };
    assert.equal(
      parts.network.state,
      'ok',
      `it knows that it is on a Pi: ${parts.network.message}`,
    );
  });

  test('an event blinks the right light, once, and a client on the network hears it', async () => {
    await appliance.quiet();
    await appliance.withClient(async (client) => {
      const heard: string[] = [];
      client.on('message', (_topic, payload) => heard.push(payload.toString()));
      await client.subscribeAsync('qliksense/connection/#');
      const recorder = appliance.pi.record([green, red]);
      for (const command of ['Close connection', 'Open connection', 'Close connection']) {
        await appliance.send(command);
      }
      await waitFor(
        'three pulses',
        () => recorder.pulses(red)[1]?.to !== undefined && recorder.pulses(green)[0]?.to,
        30_000,
      );
      // A light that blinked once more than it should would do so within this time.
      const samples = recorder.samples;
      await waitFor('some more samples', () => recorder.samples > samples + 500, 30_000);
      await recorder.stop();
      assert.deepEqual([recorder.pulses(green).length, recorder.pulses(red).length], [1, 2]);
      await waitFor('the messages', () => heard.length === 3, 30_000);
      assert.deepEqual(heard, Array(3).fill('sense1: LAB/goran'));
    });
  });

  test('listens where it says, and nowhere else', async () => {
    const lines = (await shell('ss --no-header --listening --numeric --tcp --udp')).split('\n');
    const sockets = lines.map((line) => {
      const [protocol = '', , , , local = ''] = line.trim().split(/\s+/);
      return { protocol, port: Number(local.replace(/^.*:/, '')), local };
    });
    const reachable = sockets.filter(({ local }) => !/^(127\.|\[::1\])/.test(local));
    const names = new Set(reachable.map(({ protocol, port }) => `${protocol} ${port}`));
    // Events, the broker, the page, mDNS, and the DHCP clients.
    assert.deepEqual([...names].filter((name) => !/^udp (68|546)$/.test(name)).sort(), [
      'tcp 1883',
      'tcp 80',
      'udp 5353',
      'udp 9997',
    ]);
  });

  test('nobody can sign in who has no key', async () => {
    assert.equal(await shell('systemctl is-active ssh'), 'inactive');
    assert.equal(await shell("awk -F: '$2 !~ /^[!*]/ { print $1 }' /etc/shadow"), '');
  });

  test('has its name on the network, its watchdog set and its log in memory', async () => {
    assert.equal(await shell('hostname'), 'blinky');
    assert.equal(await shell('systemctl is-active avahi-daemon'), 'active');
    const settings = await shell(
      'systemctl show --property=RuntimeWatchdogUSec,RebootWatchdogUSec',
    );
    assert.deepEqual(settings.split('\n').sort(), [
      'RebootWatchdogUSec=2min',
      'RuntimeWatchdogUSec=14s',
    ]);
    assert.equal(await shell('ls /var/log/journal 2>/dev/null | wc -l'), '0');
    const timers = await shell('systemctl list-timers --no-legend --plain');
    assert.doesNotMatch(timers, /apt|dpkg|e2scrub|fstrim/);
  });

  test('has no clock, and still no time before the image was made', async () => {
    const [now = 0, made = 0] = (await shell('date +%s; stat --format=%Y /usr/lib/clock-epoch'))
      .split('\n')
      .map(Number);
    assert.ok(made > Date.UTC(2025, 0) / 1000);
    assert.ok(now >= made, `${now} is before ${made}`);
  });

  test('marks events until a time server has answered', async () => {
    // As before the first answer, also where this machine lets one through.
    await shell(
      'systemctl stop systemd-timesyncd; mkdir -p /run/systemd/timesync; rm -f /run/systemd/timesync/synchronized; systemctl restart blinky',
    );
    await appliance.ready();
    await appliance.withClient(async (client) => {
      const marks: unknown[] = [];
      client.on('message', (_topic, payload) =>
        marks.push(JSON.parse(payload.toString())['timeUnknown']),
      );
      await client.subscribeAsync('blinky/event');
      await appliance.send('Open connection');
      await waitFor('the event', () => marks.length === 1, 30_000);
      assert.deepEqual(marks, [true]);
      await shell('touch /run/systemd/timesync/synchronized');
      await waitFor(
        'an event that bears a time',
        async () => {
          await appliance.send('Open connection');
          return marks.at(-1) === undefined;
        },
        30_000,
      );
    });
    await shell('systemctl start systemd-timesyncd');
  });

  test('the state has the rest of the card', async () => {
    const [, , state] = partitionsOf(card);
    assert.ok(state);
    assert.ok((state.start + state.size) * 512 > statSync(card).size - 2 ** 21);
    const size = Number(
      await shell('stat --file-system --format="%b * %S" /var/lib/blinky | xargs expr'),
    );
    assert.ok(size > state.size * 512 * 0.9, `${size} bytes of ${state.size * 512}`);
    assert.match(
      await shell('findmnt --noheadings --output SOURCE /var/lib/blinky'),
      /p3\[\/appliance\]/,
    );
  });

  test('after kill -9 it is back, and the lights are dark in between', async () => {
    const before = await mainProcess();
    await shell(`kill -KILL ${before}`);
    await anotherProcessThan(before, 60_000);
    await appliance.ready();
    await appliance.blinksOnEvent();
  });

  test('when it hangs, the watchdog has it back', async () => {
    const before = await mainProcess();
    await shell(`kill -STOP ${before}`);
    await anotherProcessThan(before, 180_000);
    await appliance.ready();
    const journal = await shell('journalctl --unit blinky --no-pager --output cat');
    assert.match(journal, /[Ww]atchdog timeout/);
    await appliance.blinksOnEvent();
  });

  test('killed for want of memory, it is back when there is enough again', async () => {
    const before = await mainProcess();
    const allow = (size: string) =>
      shell(`systemctl set-property --runtime blinky MemoryMax=${size}`);
    const allowed = await shell('systemctl show --property=MemoryMax --value blinky');
    const journal = () => shell('journalctl --unit blinky --no-pager --output cat');
    try {
      await allow('20M');
      await waitFor('the kernel to kill it', async () => /oom-kill/.test(await journal()), 60_000);
    } finally {
      await allow(allowed);
    }
    await anotherProcessThan(before, 120_000);
    await appliance.ready();
    await appliance.blinksOnEvent();
  });

  test('another address in place of its own: everything goes on there', async () => {
    const before = await mainProcess();
    const own = await shell('ip -4 -oneline address show scope global');
    const [, device, address] = /^\d+: (\S+) +inet (\S+)/.exec(own) ?? [];
    const other = '10.0.2.77';
    await appliance.quiet();
    await shell(
      `ip address add ${other}/24 dev ${device} && ip address delete ${address} dev ${device}`,
    );
    try {
      const recorder = appliance.pi.record([green]);
      await shell(`blinky send open --to ${other}`, 60_000);
      await waitFor('a blink', () => recorder.pulses(green).length > 0, 30_000);
      await recorder.stop();
      const setUp = await shell(
        `node -e "fetch('http://${other}/api/setup').then((r) => r.text()).then(console.log)"`,
        60_000,
      );
      const { addresses } = JSON.parse(setUp) as { addresses: { address: string }[] };
      assert.equal(addresses[0]?.address, other, setUp);
    } finally {
      await shell(`ip address delete ${other}/24 dev ${device}; networkctl reconfigure ${device}`);
    }
    await appliance.ready();
    assert.equal(await mainProcess(), before);
  });

  test('a card that is unreadable keeps the previous settings, and reports it', async () => {
    const dropIn = '/run/systemd/system/blinky-card.service.d';
    const inForce = () => shell('cd /run/blinky-card && grep --invert-match CONFIG_FAULT *');
    const before = await inForce();
    // What is there when a Pi starts: nothing.
    await shell(
      `mkdir -p ${dropIn}; printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/sleep 1000\\nTimeoutStartSec=5s\\n' > ${dropIn}/z.conf; systemctl daemon-reload; rm /run/blinky-card/*; systemctl restart blinky-card; systemctl restart blinky`,
      120_000,
    );
    await appliance.up();
    assert.equal(await inForce(), before);
    const answer = await fetch(`${appliance.page}/healthz`);
    assert.equal(answer.status, 503);
    assert.match(
      await answer.text(),
      /could not be read at this start \(timeout\), so the previous settings are used/,
    );
    await shell(
      `rm -r ${dropIn}; systemctl daemon-reload; systemctl restart blinky-card; systemctl restart blinky`,
      300_000,
    );
    await appliance.ready();
  });

  test('a wrong configuration without defaults stops it with status 78, once', async () => {
    const dropIn = '/run/systemd/system/blinky.service.d';
    await shell(
      `mkdir -p ${dropIn}; printf '[Service]\\nEnvironmentFile=\\nEnvironment=BLINKY_CONFIG=/etc/blinky/blinky.yaml\\n' > ${dropIn}/z.conf; printf 'Butler:\\n  logLevel: loud\\n' > /etc/blinky/blinky.yaml; systemctl daemon-reload; systemctl restart blinky`,
      120_000,
    );
    await waitFor(
      'the failed unit',
      async () => (await shell('systemctl is-failed blinky')) === 'failed',
      120_000,
    );
    const end = await shell(
      'systemctl show --property=ExecMainStatus,NRestarts blinky; journalctl --unit blinky --no-pager --output cat | tail -n 20',
    );
    assert.match(end, /ExecMainStatus=78/);
    assert.match(end, /blinky\.yaml:2: Butler\.logLevel: found "loud"/);
  });

  test('none of this was written to the root file system on the card', async () => {
    await shell('sync');
    assert.equal(rootOnCard(card), rootOnCard(imageUnderTest()));
  });

  test('blinky-upgrade installs a package on the card, and all comes up with it', async () => {
    const before = rootOnCard(card);
    const log = await shell(`blinky-upgrade --no-reboot /boot/firmware/${newerPackage}`, 600_000);
    assert.match(log, /blinky-upgrade: done/, log);
    const identity = await shell('cat /etc/machine-id');
    await appliance.powerCut();
    changeFilesOnCard();

    appliance = await ApplianceOnPi.powerOn(card);
    await appliance.up();
    await appliance.pi.shellReady();
    assert.match(await shell('findmnt --noheadings --output OPTIONS /media/root-ro'), /^ro,/);
    assert.notEqual(rootOnCard(card), before);
    assert.equal(await shell('blinky --version'), newerVersion);
    assert.equal(await shell('cat /etc/machine-id'), identity);
    assert.match(readFromCard(card, 'config.txt'), /^kernel=vmlinuz-/m);
  });
});

/** What somebody has put on the card while it was out of the Pi. */
function changeFilesOnCard(): void {
  writeToCard(card, 'blinky.yaml', 'Butler:\r\n  webConfig:\r\n    port: eighty\r\n');
  rmSync(keyFile, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  writeToCard(card, 'authorized_keys', readFileSync(`${keyFile}.pub`));
}

describe('a card with a wrong blinky.yaml and a key', { timeout: 600_000 }, () => {
  test('the page, result.txt and the red light say what is wrong, the rest works', async () => {
    const response = await fetch(`${appliance.page}/healthz`);
    assert.equal(response.status, 503);
    assert.match(await response.text(), /blinky\.yaml:3/);
    assert.match(readFromCard(card, 'result.txt'), /blinky\.yaml:3/);
    // The code is a slow one: three flashes for a wrong configuration (hardware/fault-codes.ts).
    const recorder = appliance.pi.record([red]);
    await waitFor('three red flashes', () => recorder.pulses(red).length >= 3, 60_000);
    await recorder.stop();
    await appliance.withClient(async (client) => {
      let heard = '';
      client.on('message', (_topic, payload) => {
        heard = payload.toString();
      });
      await client.subscribeAsync('qliksense/connection/open');
      await appliance.send('Open connection');
      await waitFor('the message', () => heard === 'sense1: LAB/goran', 30_000);
    });
  });

  test('the password in password.txt is the one', async () => {
    const password = /^Password: +(\S+)/m.exec(readFromCard(card, 'password.txt'))?.[1];
    assert.ok(password);
    const testEvent = (as: string) =>
      fetch(`${appliance.page}/api/test-event`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(as).toString('base64')}` },
      });
    assert.equal((await testEvent(`blinky:${password}x`)).status, 401);
    assert.equal((await testEvent(`blinky:${password}`)).status, 202);
  });

  test('whose key it is may sign in by SSH, and nobody by password', async () => {
    const ssh = (...options: string[]) =>
      spawnSync(
        'ssh',
        [
          ...['-p', String(appliance.pi.port(22)), '-o', 'BatchMode=yes', '-F', '/dev/null'],
          ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', ...options],
          ...['root@127.0.0.1', 'id -un'],
        ],
        { encoding: 'utf8' },
      );
    await waitFor('a login', () => ssh('-i', keyFile).stdout === 'root\n', 60_000);
    assert.match(ssh('-o', 'PubkeyAuthentication=no').stderr, /Permission denied \(publickey\)/);
  });
});
