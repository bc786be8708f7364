import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt from 'mqtt';
import { copiesIn } from '../../../src/storage/set-aside.ts';
import { seededRandom } from '../../support/random.ts';
import { startWithFileLamps } from '../../support/start-with-file-lamps.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const sessions = 3;
const settings = ['slackConfig.enable=true', 'slackConfig.apiUrl=http://127.0.0.1:9/api/'];
const token = { SLACK_BOT_TOKEN: 'xoxb-1-away' };

type Environment = Readonly<Record<string, string>>;

const start = (context: TestContext, folder: string, environment: Environment = {}) =>
  startWithFileLamps(context, { settings, environment: { ...token, ...environment }, folder });

/** Leaves sessions and an event for Slack, after lights that were shown to work. */
async function runOnce(context: TestContext, folder: string): Promise<void> {
  const { child, port } = await start(context, folder);
  const mqttPort = await port('mqtt');
  for (let index = 0; index < sessions; index += 1) {
    const url = `mqtt://127.0.0.1:${mqttPort}`;
    const client = mqtt.connect(url, { clientId: `kept-${index}`, clean: false });
    await waitFor('a connection', () => client.connected);
    await client.subscribeAsync('qliksense/connection/open', { qos: 1 });
    await client.endAsync(true);
  }
  await sendOpen(await port('udp'));
  await child.printed(/ready; to send/);
  child.process.kill('SIGTERM');
  assert.equal(await child.ended, 0);
}

async function sendOpen(udpPort: number): Promise<void> {
  const sender = createSocket('udp4');
  await new Promise((resolve) => {
    sender.send('h;Open connection;LAB;goran', udpPort, '127.0.0.1', resolve);
  });
  sender.close();
}

async function failingStart(context: TestContext, folder: string, environment: Environment) {
  const { child } = await start(context, folder, environment);
  assert.notEqual(await child.ended, 0);
  assert.doesNotMatch(child.output(), /set aside/);
}

/** A start that works again: its lights work, and it reports what was set aside. */
async function workingStart(
  context: TestContext,
  folder: string,
  environment: Environment,
  says: RegExp,
) {
  const { child, port, isLit } = await start(context, folder, environment);
  const webPort = await port('web');
  await child.printed(/ready; to send/);
  const status = (await (await fetch(`http://127.0.0.1:${webPort}/api/status`)).json()) as {
    parts: { state: { message: string; remedy: string } };
    faultCode: { flashes: number };
  };
  assert.match(status.parts.state.message, says);
  assert.match(status.parts.state.remedy, /The copy is /);
  assert.equal(status.faultCode.flashes, 4);
  assert.equal((await fetch(`http://127.0.0.1:${webPort}/healthz`)).status, 503);
  await waitFor('the end of the lamp test', () => !isLit('green'));
  await sendOpen(await port('udp'));
  await waitFor('the light', () => isLit('green'));
  child.process.kill('SIGTERM');
  assert.equal(await child.ended, 0);
}

const brokerAside =
  /^3 consecutive starts failed, so this data was set aside: 3 MQTT sessions(, \d+ [^,]*)*$/;

for (const [what, failing, environment] of [
  ['ends while its parts load', { BLINKY_TEST_POISON: 'broker.set-aside' }, undefined],
  [
    'runs out of memory soon after',
    { BLINKY_TEST_POISON: 'broker.set-aside', BLINKY_TEST_POISON_HOW: 'memory' },
    undefined,
  ],
  ['ends by a bug soon after', { BLINKY_TEST_CRASH: 'error' }, {}],
] as const) {
  test(`three starts of a program that ${what}: the fourth sets the broker's data aside`, async (context) => {
    const folder = temporaryFolder(context);
    const state = join(folder, 'state');
    await runOnce(context, folder);
    for (let round = 0; round < 3; round += 1) await failingStart(context, folder, failing);
    assert.deepEqual(copiesIn(state), []);
    await workingStart(context, folder, environment ?? failing, brokerAside);
    const [copy = '', ...others] = copiesIn(state);
    assert.deepEqual(others, []);
    const lines = readFileSync(join(state, copy), 'utf8').trim().split('\n');
    assert.ok(lines.some((line) => JSON.parse(line)[0] === '!broker!session/kept-0'));
  });
}

test('if the broker is not the cause, the next failure sets the whole database aside and counts its events', async (context) => {
  const folder = temporaryFolder(context);
  await runOnce(context, folder);
  const failing = { BLINKY_TEST_POISON: 'db.set-aside' };
  for (let round = 0; round < 3; round += 1) await failingStart(context, folder, failing);
  const fourth = await start(context, folder, failing);
  await fourth.child.ended;
  assert.match(
    fourth.child.output(),
    /3 consecutive starts failed, so this data was set aside: 3 MQTT/,
  );
  const says =
    /4 consecutive starts failed, so this data was set aside: the whole database \(1 event waiting for Slack/;
  await workingStart(context, folder, failing, says);
});

test('killed a hundred times, at any time of its start: nothing is set aside, nothing is lost', async (context) => {
  const folder = temporaryFolder(context);
  const state = join(folder, 'state');
  await runOnce(context, folder);
  const random = seededRandom(20);
  for (let life = 0; life < 100; life += 1) {
    const { child } = await start(context, folder);
    await Promise.race([pause(random() * 1500), child.printed(/ready; to send/)]);
    child.process.kill('SIGKILL');
    await child.ended;
    assert.doesNotMatch(child.output(), / error |set aside|damaged/);
  }
  assert.deepEqual(
    readdirSync(state).filter((name) => /aside|damaged/.test(name)),
    [],
  );
  const { child, port } = await start(context, folder);
  const client = mqtt.connect(`mqtt://127.0.0.1:${await port('mqtt')}`, {
    clientId: 'kept-0',
    clean: false,
  });
  const present = await new Promise((resolve) => {
    client.on('connect', ({ sessionPresent }) => resolve(sessionPresent));
  });
  assert.equal(present, true);
  await client.endAsync(true);
  child.process.kill('SIGTERM');
  assert.equal(await child.ended, 0);
});
