// The Debian package in a clean Debian 13 root: installed, run, upgraded, removed and purged, as apt
// does it. Takes root, and both packages that `npm run test:package` builds.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };
import { waitFor } from '../support/wait-for.ts';
import { CleanDebian } from './clean-debian.ts';

const deb = (version: string) => `build/blinky-light_${version}_amd64.deb`;
const nextVersion = '99.0.0';
const conffile = '/etc/blinky/blinky.yaml';

let debian: CleanDebian;
let pathsBefore: string[];

before(() => {
  debian = new CleanDebian();
  pathsBefore = debian.paths();
});
after(() => debian?.remove());

/** Starts the appliance as the service would, on free ports; resolves with its page's address. */
async function startAppliance() {
  const child = debian.start(
    ...['/usr/bin/env', 'STATE_DIRECTORY=/var/lib/blinky', '/usr/bin/blinky', 'run'],
    ...[
      'webConfig.port=0',
      'webConfig.host=127.0.0.1',
      'brokerConfig.port=0',
      'udpServerConfig.portSessionConnectionEvents=0',
      'lightConfig.driver=simulated',
    ].flatMap((setting) => ['--set', setting]),
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close');
  const find = (pattern: RegExp) =>
    waitFor(`${pattern} in the output`, () => pattern.exec(output)?.[1], 60_000).catch(
      (error: Error) => assert.fail(`${error.message}; it printed:\n${output}`),
    );
  return {
    page: `http://127.0.0.1:${await find(/page at http:\/\/127\.0\.0\.1:(\d+)/)}`,
    eventPort: await find(/--to 127\.0\.0\.1:(\d+)/),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function takesAnEvent(): Promise<void> {
  const appliance = await startAppliance();
  try {
    const health = await fetch(`${appliance.page}/healthz`);
    assert.equal(health.status, 200, await health.text());
    const dashboard = await fetch(`${appliance.page}/monitoring/grafana-dashboard.json`);
    assert.equal(dashboard.status, 200);
    const manual = await fetch(`${appliance.page}/help`);
    assert.match(await manual.text(), /<h1[ >].*Manual/);
    debian.run('blinky', 'send', 'open', '--to', `127.0.0.1:${appliance.eventPort}`);
    await waitFor(
      'the event',
      async () => {
        const events = await (await fetch(`${appliance.page}/api/events`)).text();
        return events.includes('connection-open');
      },
      30_000,
    );
  } finally {
    await appliance.stop();
  }
}

const enabledUnits = () =>
  ['multi-user.target.wants', 'paths.target.wants']
    .map((target) => debian.path('etc/systemd/system', target))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder))
    .filter((unit) => unit.startsWith('blinky'))
    .sort();

describe('the package in a clean Debian 13', { timeout: 600_000 }, () => {
  test('installs', () => {
    debian.install(deb(packageJson.version));
    assert.equal(debian.run('blinky', '--version').trim(), packageJson.version);
    assert.equal(debian.run('dpkg', '--verify', 'blinky-light'), '');
    assert.match(debian.read('/usr/share/blinky-light/blinky.schema.json'), /"Butler"/);
    assert.match(debian.run('id', 'blinky'), /\(blinky\).*\(gpio\)/);
    assert.match(debian.read('/etc/shadow'), /^blinky:!/m);
  });

  test('starts with the machine, but for what only the image has', () => {
    assert.deepEqual(enabledUnits(), [
      'blinky-announce.path',
      'blinky-poweroff.path',
      'blinky.service',
    ]);
  });

  test('its configuration file is right as it comes', () => {
    const { status, stdout, stderr } = debian.try('blinky', 'config');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^# from \/etc\/blinky\/blinky\.yaml$/m);
    assert.equal(stderr, '');
  });

  test('has what Prometheus and Grafana take', () => {
    const folder = '/usr/share/blinky-light';
    assert.match(debian.read(`${folder}/prometheus-alerts.yaml`), /alert: BlinkyDown/);
    assert.equal(JSON.parse(debian.read(`${folder}/grafana-dashboard.json`)).uid, 'blinky-light');
  });

  test('runs as its own user, and takes an event', async () => {
    debian.run('install', '--directory', '--owner=blinky', '--mode=700', '/var/lib/blinky');
    await takesAnEvent();
  });

  test('an upgrade keeps settings and state, and runs', async () => {
    appendFileSync(debian.path(conffile), '  logLevel: verbose\n');
    writeFileSync(debian.path('var/lib/blinky/mine'), 'kept');
    debian.install(deb(nextVersion));
    assert.equal(debian.run('blinky', '--version').trim(), nextVersion);
    assert.match(debian.run('blinky', 'config'), /logLevel: verbose/);
    assert.equal(debian.read('/var/lib/blinky/mine'), 'kept');
    assert.deepEqual(enabledUnits(), [
      'blinky-announce.path',
      'blinky-poweroff.path',
      'blinky.service',
    ]);
    await takesAnEvent();
  });

  test('a service that was disabled stays so, whatever version is installed', () => {
    debian.run('systemctl', 'disable', '--quiet', 'blinky.service');
    debian.install(deb(packageJson.version));
    assert.deepEqual(enabledUnits(), ['blinky-announce.path', 'blinky-poweroff.path']);
  });

  test('removed, it leaves settings and state; purged, nothing', () => {
    debian.run('apt-get', 'remove', '--yes', 'blinky-light');
    assert.equal(existsSync(debian.path('usr/lib/blinky')), false);
    assert.match(debian.read(conffile), /logLevel: verbose/);
    assert.equal(debian.read('/var/lib/blinky/mine'), 'kept');
    debian.run('apt-get', 'purge', '--yes', 'blinky-light');
    assert.deepEqual(
      debian.paths().filter((path) => !pathsBefore.includes(path)),
      [],
    );
  });
});
